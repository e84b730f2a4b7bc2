"""Readers in other processes, while what stores, seals, imports and erases visits is killed."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from proj.sqlite import sqlite3
from tests.prepared import prepared
from tests.server import ROOT, Server
from tests.tracking.warehouse.clickhouse.over_http import clickhouse

pytestmark = pytest.mark.stack

# How often, and how many answers there are at least until then. ClickHouse is chDB behind HTTP.
KILLS = {"files": (6, 20), "clickhouse": (3, 5)}


class Roles:
    """Processes of `roles.py` over one data folder."""

    def __init__(self, data: Path, warehouse: str) -> None:
        server = prepared(Server(data, FOOTFALL_LOG_LEVEL="WARNING"))
        self.environment = {**server.environment, "FOOTFALL_WAREHOUSE": warehouse}
        self.running: list[subprocess.Popen[str]] = []

    def start(self, role: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.tracking.warehouse.sealing.roles", role],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        assert process.stdout
        assert "ready\n" == process.stdout.readline()
        return process

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()


def last_segment(data: Path) -> int:
    with sqlite3.connect(data / "footfall.sqlite3") as database:
        return database.execute("SELECT max(id) FROM tracking_sealedsegment").fetchone()[0] or 0


def wait_for_a_segment(data: Path, seconds: float = 120) -> None:
    """Until one more came into the manifest."""
    before, deadline = last_segment(data), time.monotonic() + seconds
    while last_segment(data) == before:
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def address_of(warehouse: str) -> Iterator[str]:
    if warehouse == "files":
        yield ""
        return
    with clickhouse() as address:
        yield address


@pytest.mark.parametrize("warehouse", KILLS)
def test_every_answer_is_true_at_some_moment_while_sealing_is_killed(
    warehouse: str, tmp_path: Path
) -> None:
    chance, (kills, least) = random.Random(3), KILLS[warehouse]
    with address_of(warehouse) as address, closing(Roles(tmp_path, address)) as roles:
        storing, askers = roles.start("store"), [roles.start("ask") for _ in range(2)]
        for number in range(kills):
            sealing = roles.start("seal")
            if number % 2:
                wait_for_a_segment(tmp_path)
            time.sleep(chance.uniform(0, 1.5))
            assert sealing.poll() is None, sealing.communicate()[1]
            sealing.kill()
            sealing.wait()
        for process in (*askers, storing):
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=60) for process in (*askers, storing)]
    assert [0, 0, 0] == [process.returncode for process in (*askers, storing)], said
    assert all(int(answers) > least for answers, _ in said[:2]), said


def test_every_answer_is_true_at_some_moment_while_importing_and_erasing_are_killed(
    tmp_path: Path,
) -> None:
    chance = random.Random(4)
    with closing(Roles(tmp_path, "")) as roles:
        checkers, sealing = [roles.start("check") for _ in range(2)], roles.start("seal")
        for _ in range(2):
            moving = roles.start("move")
            wait_for_a_segment(tmp_path)
            time.sleep(chance.uniform(0, 1))
            assert moving.poll() is None, moving.communicate()[1]
            moving.kill()
            moving.wait()
        for process in (*checkers, sealing):
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=60) for process in (*checkers, sealing)]
    assert [0, 0, 0] == [process.returncode for process in (*checkers, sealing)], said
    assert all(int(answers) > 10 for answers, _ in said[:2]), said
