"""Huey's consumer is dead for a while, under load."""

import time
from dataclasses import replace
from pathlib import Path

import httpx

from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SeveralProcesses
from tests.faults.stored import drained
from tests.prepared import prepared


def dead(data: Path, seconds: float, rate: float, **environment: str) -> Outcome:
    """The outcome of that many seconds without; `recovery` is until no hit waits any more.

    Raises AssertionError where accepting stops too, or the backlog is not told.
    """
    with prepared(SeveralProcesses(data, **environment)) as server:
        with load(server.port, rate) as running:
            time.sleep(1)
            server.kill_named("queue")
            time.sleep(seconds)
            taken = len(running.accepted)
            told = backlog(server)
        back = time.monotonic()
        server.start_one("queue")
        server.wait_until(lambda: not backlog(server)["hits"], seconds=300)
        recovery = time.monotonic() - back
        stored = drained(server.environment)
    # Not all of them: some were enriched before the consumer was killed.
    assert told["hits"] > 0.6 * taken, (told, taken)
    assert told["oldest_seconds"] >= 0.9 * seconds
    found = outcome(running, stored, []).check()
    assert (0, 0) == (found.unavailable, found.unanswered)
    check_order(running, stored)
    check_visits(running, stored)
    return replace(found, recovery=recovery)


def backlog(server: SeveralProcesses) -> dict[str, float]:
    return httpx.get(f"{server.pages_url}/healthz", timeout=30).json()["backlog"]
