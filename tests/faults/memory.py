"""The memory of the processes that take hits, under long load and under hostile load."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from tests.faults.hostile import SENDERS, attack
from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SHAPES, Shape
from tests.faults.stored import drained
from tests.prepared import prepared

# Limits so high that none is reached, so that what they keep in memory is part of the figure.
LIMITS = {"FOOTFALL_ADDRESS_RATE": "100000", "FOOTFALL_SITE_RATE": "100000"}


def mb(processes: list[int]) -> float:
    """The memory that processes hold now, together."""
    return sum(psutil.Process(number).memory_info().rss for number in processes) / 1e6


def samples(server: Shape, seconds: float, every: float) -> Iterator[float]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(every)
        yield mb(server.accepting)


def steady(shape: str, data: Path, seconds: float, every: float, rate: float) -> Outcome:
    """The outcome of a load of ever new visitors and pages; memory each `every` seconds."""
    with prepared(SHAPES[shape](data, **LIMITS)) as server:
        with load(server.port, rate) as running:
            held = tuple(samples(server, seconds, every))
        stored = drained(server.environment)
    found = outcome(running, stored, []).check()
    check_visits(running, stored)
    return replace(found, memory_mb=held)


def attacked(shape: str, data: Path, seconds: float, rate: float) -> Outcome:
    """The outcome for others' hits, with the memory before and each half second.

    Raises AssertionError where a hostile sender was answered what it should not be.
    """
    with prepared(SHAPES[shape](data, **LIMITS)) as server:
        with load(server.port, rate) as running:
            time.sleep(2)
            before = mb(server.accepting)
            with attack(server.port) as answers:
                held = (before, *samples(server, seconds, every=0.5))
        stored = drained(server.environment)
    allowed = {(kind, status) for kind, (_, _, good) in SENDERS.items() for status in good}
    assert set(answers) <= allowed, answers
    assert {kind for kind, _ in answers} == set(SENDERS), answers
    found = outcome(running, stored, []).check()
    assert (0, 0) == (found.unavailable, found.unanswered), found
    check_order(running, stored)
    return replace(found, memory_mb=held)
