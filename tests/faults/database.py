"""PostgreSQL goes away at once and comes back, several times, under load."""

import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SHAPES
from tests.faults.stored import drained
from tests.on_postgres import postgres_server, stop_at_once
from tests.prepared import prepared


def away(shape: str, data: Path, absences: Sequence[float], pause: float, rate: float) -> Outcome:
    """The outcome where the database is away for these seconds each, with a pause between."""
    back: list[float] = []
    with (
        postgres_server() as database,
        prepared(SHAPES[shape](data, DATABASE_URL=database.get_uri())) as server,
    ):
        with load(server.port, rate) as running:
            for seconds in absences:
                time.sleep(pause)
                stop_at_once(database)
                time.sleep(seconds)
                database.ensure_postgres_running()
                back.append(time.monotonic())
            time.sleep(pause)
        stored = drained(server.environment)
    found = outcome(running, stored, back).check()
    check_order(running, stored)
    check_visits(running, stored)
    return found
