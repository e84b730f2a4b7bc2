"""The embedded engine: questions as SQL over the mirror of the hot rows and sealed files."""

from threading import Timer

import duckdb

from tracking.warehouse.buckets import Bucket, naive_utc
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import conditions
from tracking.warehouse.mirror import Mirror, Reading
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.result import Figures, Result, Row, figures, nothing
from tracking.warehouse.sql import Group, Key, Statement

SECONDS = 30


class DuckDB:
    def __init__(self) -> None:
        self.mirror = Mirror()

    def prepare(self) -> None:
        self.mirror.read().cursor.close()

    def close(self) -> None:
        self.mirror.close()

    def run(self, query: Query) -> Result:
        """The answer; see `tracking.warehouse.engine.Engine`."""
        reading = self.mirror.read(query.site_id)
        timer = Timer(SECONDS, reading.cursor.interrupt)
        timer.start()
        try:
            _check_patterns(reading.cursor, query)
            return _answer(reading, query)
        except duckdb.InterruptException:
            raise QueryError(
                f"The question took longer than {SECONDS} seconds: ask for a shorter date range or"
                " fewer dimensions."
            ) from None
        finally:
            timer.cancel()
            reading.cursor.close()


def _check_patterns(cursor: duckdb.DuckDBPyConnection, query: Query) -> None:
    for condition in conditions(query.filters):
        for pattern in condition.values if condition.comparison == "matches" else ():
            try:
                cursor.execute("SELECT regexp_matches('', $1)", [pattern]).fetchall()
            except duckdb.InvalidInputException as error:
                raise QueryError(
                    f"The filter on {condition.dimension.name!r} has a pattern that is no regular"
                    f" expression of RE2 ({str(error).removeprefix('Invalid Input Error: ')})."
                ) from None


def _answer(reading: Reading, query: Query) -> Result:
    buckets = query.buckets(query.period)
    earlier_buckets = query.buckets(query.previous) if query.previous else []
    if _is_chart(query):
        found, _ = _figures(reading, query, query.period)
        groups, total = _page(query, buckets), len(buckets)
    else:
        found, total = _figures(reading, query, query.period, paged=True)
        groups = list(found)
    earlier = _earlier(reading, query, groups)
    matches = _matches(buckets, earlier_buckets)
    labels: dict[Key, str] = {bucket.key: bucket.label for bucket in buckets}
    rows = []
    for group in groups:
        compared = earlier.get(tuple(matches.get(key, key) for key in group))
        rows.append(
            Row(
                dimensions=tuple(labels.get(key, str(key)) for key in group),
                metrics=found.get(group) or nothing(query, group),
                comparison=(compared or nothing(query, group)) if query.previous else None,
            )
        )
    return Result(
        query=query,
        rows=rows,
        total_rows=total,
        time_labels=tuple(bucket.label for bucket in buckets),
        comparison_labels=tuple(bucket.label for bucket in earlier_buckets),
    )


def _is_chart(query: Query) -> bool:
    """Whether the groups are the period's buckets, empty ones among them."""
    by_time = bool(query.order_by) and query.order_by[0].of_dimension
    return query.dimensions == (query.time,) and by_time


def _page(query: Query, buckets: list[Bucket]) -> list[Group]:
    ordered = buckets[::-1] if query.order_by[0].descending else buckets
    return [(bucket.key,) for bucket in ordered[query.offset : query.offset + query.limit]]


def _earlier(reading: Reading, query: Query, groups: list[Group]) -> dict[Group, Figures]:
    """The previous period's figures of these groups, or of all its buckets."""
    if query.previous is None or not groups:
        return {}
    only = None if query.time else groups
    return _figures(reading, query, query.previous, only)[0]


def _matches(buckets: list[Bucket], earlier_buckets: list[Bucket]) -> dict[Key, Key]:
    """The earlier bucket, if any, that each is compared with: the one as far from its start."""
    pairs = zip(buckets, earlier_buckets, strict=False)
    return {bucket.key: earlier.key for bucket, earlier in pairs}


def _figures(
    reading: Reading,
    query: Query,
    period: Period,
    only: list[Group] | None = None,
    paged: bool = False,
) -> tuple[dict[Group, Figures], int]:
    """The figures of each group, in the question's order, and the number of groups on all pages."""
    tables = reading.tables(naive_utc(period.start), naive_utc(period.end))
    statement = Statement(query, period, tables, only)
    width = len(query.dimensions)
    fetched = reading.cursor.execute(statement.rows(paged), statement.values).fetchall()
    if not fetched and paged and query.offset:
        counted = reading.cursor.execute(statement.count(), statement.values).fetchone()
        return {}, counted[0] if counted else 0
    found = {row[:width]: figures(query, row[:width], row[width:-1]) for row in fetched}
    return found, fetched[0][-1] if fetched else 0
