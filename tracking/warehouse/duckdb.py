"""The embedded engine: questions as SQL over the mirror of the hot rows and sealed files."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

import duckdb

from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.engine import Engine
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import conditions
from tracking.warehouse.mirror import Mirror, Reading
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.sql import Group, Statement
from tracking.warehouse.visits import Listing

SECONDS = 30
TOO_LONG = (
    "The question took longer than {seconds} seconds: ask for a shorter date range or fewer"
    " dimensions."
)
TOO_LARGE = (
    "The question needs more memory than it may have: ask for a shorter date range or fewer"
    " dimensions."
)


class DuckDB(Engine):
    name = "duckdb"

    def __init__(self) -> None:
        self.mirror = Mirror()

    def prepare(self) -> None:
        self.mirror.read().cursor.close()

    def close(self) -> None:
        self.mirror.close()

    @contextmanager
    def asked(self, query: Query) -> Iterator["MirrorReader"]:
        reading = self.mirror.read(query.site_id)
        timer = Timer(SECONDS, reading.cursor.interrupt)
        timer.start()
        try:
            check_patterns(reading.cursor, query)
            yield MirrorReader(reading)
        except duckdb.InterruptException:
            raise QueryError(TOO_LONG.format(seconds=SECONDS)) from None
        except duckdb.OutOfMemoryException:
            raise QueryError(TOO_LARGE) from None
        finally:
            timer.cancel()
            reading.cursor.close()


def check_patterns(cursor: duckdb.DuckDBPyConnection, query: Query) -> None:
    """Raises `QueryError` where a filter has a pattern that RE2 does not accept."""
    for condition in conditions(query.filters):
        for pattern in condition.values if condition.comparison == "matches" else ():
            try:
                cursor.execute("SELECT regexp_matches('', $1)", [pattern]).fetchall()
            except duckdb.InvalidInputException as error:
                raise QueryError(
                    f"The filter on {condition.dimension.name!r} has a pattern that is no regular"
                    f" expression of RE2 ({str(error).removeprefix('Invalid Input Error: ')})."
                ) from None


class MirrorReader:
    """See `tracking.warehouse.answers.Reader`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def statement(self, query: Query, period: Period, only: list[Group] | None = None) -> Statement:
        tables = self._reading.tables(naive_utc(period.start), naive_utc(period.end))
        return Statement(query, period, tables, only)

    def listing(self, query: Query) -> Listing:
        start, end = naive_utc(query.period.start), naive_utc(query.period.end)
        return Listing(query, self._reading.tables(start, end))

    def fetch(self, statement: Statement | Listing, sql: str) -> list[tuple[Any, ...]]:
        return self._reading.cursor.execute(sql, statement.values).fetchall()
