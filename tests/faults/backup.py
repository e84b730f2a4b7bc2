"""A backup is made under load while visits are sealed; the server is killed and made anew."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg

from tests.faults.load import DOMAIN, Load, load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SHAPES, OneProcess, Shape
from tests.faults.stored import Stored, drained
from tests.on_postgres import postgres_server
from tests.prepared import prepared
from tests.server import CHROME, ROOT

PATIENCE = 600  # seconds; a command that takes so long does not end
AFTERWARDS = 20  # hits that the restored server takes


def on_sqlite(shape: str, folder: Path, hits: int, rounds: int, rate: float) -> Outcome:
    return backed_up(shape, folder, hits, rounds, rate, {}, {})


def on_postgres(shape: str, folder: Path, hits: int, rounds: int, rate: float) -> Outcome:
    with postgres_server() as database:
        with psycopg.connect(database.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE elsewhere")
        before, after = database.get_uri(), database.get_uri("elsewhere")
        return backed_up(
            shape, folder, hits, rounds, rate, {"DATABASE_URL": before}, {"DATABASE_URL": after}
        )


def backed_up(
    shape: str,
    folder: Path,
    hits: int,
    rounds: int,
    rate: float,
    before: dict[str, str],
    after: dict[str, str],
) -> Outcome:
    """The outcome of what was accepted before the last of `rounds` backups began.

    Between two, `hits` are accepted and at least a round of visits is sealed. `before` and `after`
    are the environments of the server and of the one restored. Raises AssertionError where a hit, a
    visit or a figure of it is wrong.
    """
    data, elsewhere, to = (folder / name for name in ("data", "elsewhere", "backups"))
    for each in (data, elsewhere):
        each.mkdir()
    with (
        prepared(SHAPES[shape](data, **before)) as server,
        load(server.url, rate) as running,
        ageing(server) as sealed,
    ):
        for _ in range(rounds):
            running.wait_for_more(hits)
            next(sealed)
            accepted = {hit.path for hit in running.accepted}
            manage(server.environment, "backup", "--to", str(to), "--keep", "2")
        running.wait_for_more(hits)
        kill(server)
    *_, last = sorted(to.glob("2*"))
    restored = SHAPES[shape](elsewhere, **after)
    manage(restored.environment, "restore", str(last))
    with restored:
        found = check(running, accepted, drained(restored.environment))
        take_hits(restored)
    return found


def check(running: Load, accepted: set[str], stored: Stored) -> Outcome:
    """What became of the hits that were answered before the backup; as if no later ones were."""
    there = {event.path for event in stored.events}
    for log in running.logs:
        for hit in log.hits:
            hit.accepted = hit.path in accepted
        # What came while the backup was made may be in it or not.
        log.hits[:] = [hit for hit in log.hits if hit.accepted or hit.path in there]
    found = outcome(running, stored, []).check()
    check_order(running, stored)
    check_visits(running, stored)
    return found


@contextmanager
def ageing(server: Shape) -> Iterator[Iterator[str]]:
    """Visits get old and are sealed all the time; gives the rounds as they end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ageing"],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield (line for line in process.stdout if line.strip().isdigit())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr


def kill(server: Shape) -> None:
    """All of its processes, at once."""
    mains = [server.process] if isinstance(server, OneProcess) else list(server.running.values())
    for main in mains:
        assert main
        for process in [*psutil.Process(main.pid).children(recursive=True), main]:
            process.kill()
        main.wait()


def take_hits(server: Shape) -> None:
    """Send hits to the restored server, and see that they are events."""
    before = len(drained(server.environment).events)
    with httpx.Client(headers={"User-Agent": CHROME}, timeout=60) as client:
        for number in range(AFTERWARDS):
            hit = {"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}/afterwards/{number}"}
            answer = client.post(f"http://127.0.0.1:{server.port}/api/event", json=hit)
            assert answer.status_code == 202
    assert before + AFTERWARDS == len(drained(server.environment).events)
