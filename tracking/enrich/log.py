"""Writing to the event log."""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection

from tracking.enrich.event import EnrichedEvent

COLUMNS = EnrichedEvent.__struct_fields__
ROWS = 50
COPY = f"COPY tracking_event ({', '.join(COLUMNS)}) FROM STDIN"
TIME = COLUMNS.index("time")
AMOUNT = COLUMNS.index("revenue_amount")
row_of = attrgetter(*COLUMNS)


def take_ids(count: int) -> int:
    """The first of `count` ids that are the caller's.

    Locks the log until the caller's transaction ends: writers come one after the other, and ids
    grow in the order of their commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_eventlog (id, last_id) VALUES (1, %s) ON CONFLICT (id) DO UPDATE "
            "SET last_id = tracking_eventlog.last_id + excluded.last_id RETURNING last_id",
            [count],
        )
        return cursor.fetchone()[0] - count + 1


def append(events: Sequence[EnrichedEvent]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for event in events:
                copy.write_row(row_of(event))
        return
    # Past Django's cursor, which takes as long to read the marks as SQLite to insert the rows.
    with connection.wrap_database_errors:
        # With a statement a row, this thread would queue for the interpreter at each row.
        for first in range(0, len(events), ROWS):
            rows = events[first : first + ROWS]
            values = [value for row in rows for value in parameters(row)]
            connection.connection.execute(insert(len(rows)), values)


@cache
def insert(count: int) -> str:
    marks = f"({', '.join(['?'] * len(COLUMNS))})"
    names = ", ".join(COLUMNS)
    return f"INSERT INTO tracking_event ({names}) VALUES {', '.join([marks] * count)}"  # noqa: S608


def parameters(event: EnrichedEvent) -> list[Any]:
    row = list(row_of(event))
    # As Django writes a time for SQLite: in UTC, without a zone.
    row[TIME] = str(row[TIME].replace(tzinfo=None))
    if row[AMOUNT] is not None:
        row[AMOUNT] = connection.ops.adapt_decimalfield_value(row[AMOUNT], 18, 3)
    return row
