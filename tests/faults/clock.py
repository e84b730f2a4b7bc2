"""The clock is set forward and back, and goes over midnight, under load."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.faults.shapes import served
from tests.faults.stored import Stored
from tests.faults.trial import Found, Running, under_load

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOVES = (HOUR, -HOUR, DAY, -HOUR, DAY, timedelta())

OPEN_AT_MIDNIGHT = "visits open at midnight"


class Clock:
    """The clock of Python processes that are started with `environment`.

    libfaketime would move that of any program, but lets sleeping fail on a busy machine.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(timedelta())
        self.environment = {
            "PYTHONPATH": str(Path(__file__).parent / "moved"),
            "CLOCK_AHEAD_FILE": str(self.file),
        }

    def set(self, ahead: timedelta) -> None:
        # Whole at any moment: processes read it again and again.
        new = self.file.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()))
        os.replace(new, self.file)


def moved(
    shape: str, folder: Path, moves: Sequence[timedelta], seconds: float, rate: float
) -> Found:
    """What is found where the clock is set so far ahead of the true time, for these seconds each.

    Raises AssertionError where hits have no time of a day that came, or its salt was not made.
    """
    clock = Clock(folder)
    days: list[date] = []
    data = folder / "data"
    data.mkdir()
    with served(shape, data, **clock.environment) as server:

        def move(_running: Running) -> list[float]:
            moments = []
            for ahead in moves:
                time.sleep(seconds)
                clock.set(ahead)
                moments.append(time.monotonic())
                days.append((datetime.now(UTC) + ahead).date())
                # A day ahead all visits are closed; hits that come later have an earlier time.
                server.manage("seal")
            time.sleep(seconds)
            return moments

        found = under_load(server, move, rate, forward=False)
    check_days(found.stored, days)
    return found


def over_midnight(shape: str, folder: Path, seconds: float, rate: float) -> Found:
    """What is found where midnight comes in the middle of that time.

    Raises AssertionError unless both days have hits and salts. That visits go on which are open at
    midnight is checked as of all visits; `more` has how many they were.
    """
    clock = Clock(folder)
    data = folder / "data"
    data.mkdir()
    with served(shape, data, **clock.environment) as server:

        def wait(running: Running) -> list[float]:
            running.load.wait_for_more(1)
            clock.set(until_midnight() - timedelta(seconds=seconds / 2))
            time.sleep(seconds)
            return []

        found = under_load(server, wait, rate)
    today = found.stored.events[-1].time.date()
    check_days(found.stored, [today - DAY, today])
    return replace(
        found,
        more={
            OPEN_AT_MIDNIGHT: len(of_day(found.stored, today - DAY) & of_day(found.stored, today))
        },
    )


def of_day(stored: Stored, day: date) -> set[int]:
    """The visits that have events of a day."""
    return {event.visit for event in stored.events if event.time.date() == day}


def until_midnight() -> timedelta:
    now = datetime.now(UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY - now


def check_days(stored: Stored, days: Sequence[date]) -> None:
    """Each day has hits; the last and the latest have salts: others may have ended since."""
    assert set(days) <= {event.time.date() for event in stored.events}
    assert {days[-1], max(days)} <= set(stored.salts)
