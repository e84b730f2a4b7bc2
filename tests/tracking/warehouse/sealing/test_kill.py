"""Readers in other processes, while visits are stored and the process that seals them is killed."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proj.sqlite import sqlite3
from tests.prepared import prepared
from tests.server import ROOT, Server

pytestmark = pytest.mark.stack

KILLS = 6


class Roles:
    """Processes of `roles.py` over one data folder."""

    def __init__(self, data: Path) -> None:
        self.environment = prepared(Server(data, FOOTFALL_LOG_LEVEL="WARNING")).environment
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

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()


def last_segment(data: Path) -> int:
    with sqlite3.connect(data / "footfall.sqlite3") as database:
        return database.execute("SELECT max(id) FROM tracking_sealedsegment").fetchone()[0] or 0


def wait_for_a_segment(data: Path, seconds: float = 60) -> None:
    """Until one more came into the manifest."""
    before, deadline = last_segment(data), time.monotonic() + seconds
    while last_segment(data) == before:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_every_answer_is_true_at_some_moment_while_sealing_is_killed(tmp_path: Path) -> None:
    chance = random.Random(3)
    roles = Roles(tmp_path)
    try:
        storing, askers = roles.start("store"), [roles.start("ask") for _ in range(2)]
        for number in range(KILLS):
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
    finally:
        roles.end()
    assert [0, 0, 0] == [process.returncode for process in (*askers, storing)], said
    assert all(int(answers) > 20 for answers, _ in said[:2]), said
