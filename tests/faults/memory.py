"""The memory of the processes that take hits, under long load and under hostile load."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from tests.faults.hostile import SENDERS, Answers, attack
from tests.faults.shapes import Shape, served
from tests.faults.trial import Found, Running, under_load

PATIENCE = 120.0
# Limits so high that none is reached, so that what they keep in memory is part of the figure.
LIMITS = {"FOOTFALL_ADDRESS_RATE": "100000", "FOOTFALL_SITE_RATE": "100000"}


def mb(processes: list[int]) -> float:
    """The memory that processes hold now, together."""
    return sum(psutil.Process(number).memory_info().rss for number in processes) / 1e6


def samples(
    server: Shape, seconds: float, every: float, enough: Callable[[], bool] = lambda: True
) -> Iterator[float]:
    """For so long, and longer until there is enough of what is waited for."""
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until or (not enough() and now < until + PATIENCE):
        time.sleep(every)
        yield mb(server.accepting)


def steady(shape: str, data: Path, seconds: float, every: float, rate: float) -> Found:
    """What is found under ever new visitors and pages; memory each `every` seconds."""
    held: tuple[float, ...] = ()
    with served(shape, data, **LIMITS) as server:

        def look(_running: Running) -> list[float]:
            nonlocal held
            held = tuple(samples(server, seconds, every))
            return []

        found = under_load(server, look, rate)
    return replace(found, memory_mb=held)


def attacked(shape: str, data: Path, seconds: float, rate: float) -> Found:
    """What is found of others' hits, with the memory before and each half second.

    Raises AssertionError where a hostile sender was answered what it should not be.
    """
    held: tuple[float, ...] = ()
    answers = Answers()
    with served(shape, data, **LIMITS) as server:

        def send(running: Running) -> list[float]:
            nonlocal held, answers
            running.load.wait_for_more(100)
            before = mb(server.accepting)
            with attack(server.port) as answers:
                held = (before, *samples(server, seconds, 0.5, lambda: of_each_kind(answers)))
            return []

        found = under_load(server, send, rate)
    allowed = {(kind, status) for kind, (_, _, good) in SENDERS.items() for status in good}
    assert set(answers) <= allowed, answers
    assert of_each_kind(answers), answers
    assert (0, 0) == (found.hits.unavailable, found.hits.unanswered), found
    return replace(found, memory_mb=held)


def of_each_kind(answers: Answers) -> bool:
    return {kind for kind, _ in tuple(answers)} == set(SENDERS)
