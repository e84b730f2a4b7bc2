"""The embedded engine: questions as SQL over the mirror of the hot rows."""

from datetime import date
from threading import Timer

import duckdb

from tracking.warehouse.buckets import Bucket
from tracking.warehouse.dimensions import Scope
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import conditions
from tracking.warehouse.mirror import Mirror
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.result import Figure, Result, Row, nothing
from tracking.warehouse.sql import Key, Statement

SECONDS = 30


class DuckDB:
    def __init__(self) -> None:
        self.mirror = Mirror()

    def run(self, query: Query) -> Result:
        """The answer; see `tracking.warehouse.engine.Engine`."""
        cursor = self.mirror.cursor()
        timer = Timer(SECONDS, cursor.interrupt)
        timer.start()
        try:
            _check_patterns(cursor, query)
            return _answer(cursor, query)
        except duckdb.InterruptException:
            raise QueryError(
                f"The question took longer than {SECONDS} seconds: ask for a shorter date range or"
                " fewer dimensions."
            ) from None
        finally:
            timer.cancel()
            cursor.close()


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


def _answer(cursor: duckdb.DuckDBPyConnection, query: Query) -> Result:
    buckets = query.buckets(query.period)
    if _is_chart(query):
        found, _ = _groups(cursor, query, query.period)
        groups = [(bucket.key,) for bucket in _in_order(query, buckets)]
        total = len(groups)
        groups = groups[query.offset : query.offset + query.limit]
    else:
        found, total = _groups(cursor, query, query.period, page=True)
        groups = list(found)
    earlier_buckets = query.buckets(query.previous) if query.previous else []
    earlier = _earlier(cursor, query, groups, buckets, earlier_buckets)
    labels = {bucket.key: bucket.label for bucket in buckets}
    blank = nothing(query.metrics)
    rows = [
        Row(
            dimensions=_named(query, group, labels),
            metrics=found.get(group, blank),
            comparison=earlier.get(group, blank) if query.previous else None,
        )
        for group in groups
    ]
    return Result(
        query=query,
        rows=rows,
        total_rows=total,
        time_labels=tuple(bucket.label for bucket in buckets),
        comparison_labels=tuple(bucket.label for bucket in earlier_buckets),
    )


def _is_chart(query: Query) -> bool:
    """Whether the groups are the period's buckets, empty ones among them."""
    return (
        query.dimensions == (query.time,)
        and bool(query.order_by)
        and query.order_by[0].of_dimension
    )


def _in_order(query: Query, buckets: list[Bucket]) -> list[Bucket]:
    return buckets[::-1] if query.order_by[0].descending else buckets


Group = tuple[Key, ...]


def _groups(
    cursor: duckdb.DuckDBPyConnection,
    query: Query,
    period: Period,
    page: bool = False,
    only: list[Group] | None = None,
) -> tuple[dict[Group, tuple[Figure, ...]], int]:
    """The figures of each group, in the question's order, and the number of groups on all pages."""
    statement = Statement(query, period, only)
    width = len(query.dimensions)
    fetched = cursor.execute(statement.rows(page), statement.values).fetchall()
    if page and not fetched and query.offset:
        counted = cursor.execute(statement.count(), statement.values).fetchone()
        return {}, counted[0] if counted else 0
    figures = {row[:width]: _figures(query, row[width:-1]) for row in fetched}
    return figures, fetched[0][-1] if fetched else 0


def _figures(query: Query, values: tuple) -> tuple[Figure, ...]:
    def figure(value: float | None, whole: bool, empty: int | None) -> Figure:
        if value is None:
            return empty
        return int(value) if whole else value

    return tuple(
        figure(value, row.whole, row.empty)
        for row, value in zip(query.metrics, values, strict=True)
    )


def _earlier(
    cursor: duckdb.DuckDBPyConnection,
    query: Query,
    groups: list[Group],
    buckets: list[Bucket],
    earlier_buckets: list[Bucket],
) -> dict[Group, tuple[Figure, ...]]:
    """The previous period's figures by the groups of this one: buckets correspond by their order."""
    if query.previous is None or not groups:
        return {}
    only = None if query.time else groups
    found, _ = _groups(cursor, query, query.previous, only=only)
    pairs = zip(earlier_buckets, buckets, strict=False)
    now = {earlier.key: bucket.key for earlier, bucket in pairs}
    times = [row.scope is Scope.TIME for row in query.dimensions]
    return {
        tuple(
            now.get(key) if is_time else key for key, is_time in zip(group, times, strict=True)
        ): (figures)
        for group, figures in found.items()
    }


def _named(query: Query, group: Group, labels: dict[date, str]) -> tuple[str, ...]:
    return tuple(
        labels[key] if isinstance(key, date) else key or row.blank
        for row, key in zip(query.dimensions, group, strict=True)
    )
