"""Processes are killed with `kill -9` at random moments under load."""

import random
import time
from pathlib import Path

from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SHAPES
from tests.faults.stored import drained
from tests.prepared import prepared

AFTERWARDS = 250  # hits that are to be accepted after the last kill


def killed(
    shape: str, data: Path, seconds: float, pause: float, rate: float, **environment: str
) -> Outcome:
    """The outcome of that many seconds, with up to `pause` between a start and the next kill.

    Raises AssertionError where a hit or a figure is wrong.
    """
    chance = random.Random(7)
    kills: list[float] = []
    with prepared(SHAPES[shape](data, **environment)) as server:
        with load(server.port, rate) as running:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(chance.uniform(0.3, pause))
                kills.append(time.monotonic())
                server.kill_one(chance)
            running.wait_for_more(AFTERWARDS)
        stored = drained(server.environment)
    found = outcome(running, stored, kills).check()
    check_order(running, stored)
    check_visits(running, stored)
    return found
