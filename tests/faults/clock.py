"""The clock is moved forward a day and back, under load."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, outcome
from tests.faults.processes import SHAPES
from tests.faults.stored import drained
from tests.prepared import prepared

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOVES = (DAY, -HOUR, DAY, timedelta())


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
) -> Outcome:
    """The outcome where the clock is set so far ahead of the true time, for these seconds each.

    Raises AssertionError where hits have no time of a day that came, or its salt was not made.
    """
    clock = Clock(folder)
    moments: list[float] = []
    days: list[date] = []
    data = folder / "data"
    data.mkdir()
    with prepared(SHAPES[shape](data, **clock.environment)) as server:
        with load(server.port, rate) as running:
            for ahead in moves:
                time.sleep(seconds)
                clock.set(ahead)
                moments.append(time.monotonic())
                days.append((datetime.now(UTC) + ahead).date())
                # A day ahead all visits are closed; hits that come later have an earlier time.
                server.manage("seal")
            time.sleep(seconds)
        stored = drained(server.environment)
    found = outcome(running, stored, moments).check()
    check_order(running, stored)
    assert set(days) <= {event.time.date() for event in stored.events}
    # A salt that was made on another day may have ended since.
    assert {days[-1], max(days)} <= set(stored.salts)
    return found
