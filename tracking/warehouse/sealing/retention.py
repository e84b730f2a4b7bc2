"""Forgetting visits that are older than what is to be kept."""

from datetime import UTC, datetime, time

import duckdb

from tracking.models import Generation
from tracking.turns import write_transaction
from tracking.warehouse.sealing.manifest import UNIT, literal, live, read
from tracking.warehouse.sealing.rewrite import rewrite, swap
from tracking.warehouse.sealing.turn import Turn


def remove_before(connection: duckdb.DuckDBPyConnection, mine: Turn, moment: datetime) -> None:
    """Forget the visits that began on UTC days before that moment's."""
    first = moment.astimezone(UTC).date()
    if whole := list(live().filter(last_day__lt=first)):
        with write_transaction():
            swap(whole)
            # A mirror that did not see these rows leave would keep them.
            Generation.bump(Generation.EVENTS)
    start = literal(f"{datetime.combine(first, time())}")
    for segment in live().filter(day__lt=first):
        before = f"time < {start}"
        events = read("events", [segment.name], before, ["id", "visit", "time"])
        began = f"SELECT {UNIT} FROM {events} WHERE {before}"  # noqa: S608
        rewrite(connection, mine, [segment], without=f"{UNIT} IN ({began})")
