"""Answers put together from what an engine counted: pages, charts and comparisons."""

from collections.abc import Sequence
from typing import Any, Protocol

from tracking.warehouse.buckets import Bucket
from tracking.warehouse.left_out import left_out
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.result import Figures, Result, Row, figures, nothing
from tracking.warehouse.sql import Group, Key, Statement
from tracking.warehouse.visits import Listing


class Reader(Protocol):
    """All events of one site that were committed before a moment, as an engine reads them."""

    def statement(
        self, query: Query, period: Period, only: list[Group] | None = None
    ) -> Statement: ...

    def listing(self, query: Query) -> Listing: ...

    def fetch(self, statement: Statement | Listing, sql: str) -> Sequence[Sequence[Any]]:
        """The rows of the statement's SQL."""


def answer(reader: Reader, query: Query) -> Result:
    buckets = query.buckets(query.period)
    earlier_buckets = query.buckets(query.previous) if query.previous else []
    if _is_chart(query):
        found, _ = _figures(reader, query, query.period)
        groups, total = _page(query, buckets), len(buckets)
    else:
        found, total = _figures(reader, query, query.period, paged=True)
        groups = list(found)
    earlier = _earlier(reader, query, groups)
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
        left_out=left_out(reader, query),
    )


def _is_chart(query: Query) -> bool:
    """Whether the groups are the period's buckets, empty ones among them."""
    by_time = bool(query.order_by) and query.order_by[0].of_dimension
    return query.dimensions == (query.time,) and by_time


def _page(query: Query, buckets: list[Bucket]) -> list[Group]:
    ordered = buckets[::-1] if query.order_by[0].descending else buckets
    return [(bucket.key,) for bucket in ordered[query.offset : query.offset + query.limit]]


def _earlier(reader: Reader, query: Query, groups: list[Group]) -> dict[Group, Figures]:
    """The previous period's figures of these groups, or of all its buckets."""
    if query.previous is None or not groups:
        return {}
    only = None if query.time else groups
    return _figures(reader, query, query.previous, only)[0]


def _matches(buckets: list[Bucket], earlier_buckets: list[Bucket]) -> dict[Key, Key]:
    """The earlier bucket, if any, that each is compared with: the one as far from its start."""
    pairs = zip(buckets, earlier_buckets, strict=False)
    return {bucket.key: earlier.key for bucket, earlier in pairs}


def _figures(
    reader: Reader,
    query: Query,
    period: Period,
    only: list[Group] | None = None,
    paged: bool = False,
) -> tuple[dict[Group, Figures], int]:
    """The figures of each group, in the question's order, and the number of groups on all pages."""
    statement = reader.statement(query, period, only)
    width = len(query.dimensions)
    fetched = reader.fetch(statement, statement.rows(paged))
    if not fetched and paged and query.offset:
        return {}, reader.fetch(statement, statement.count())[0][0]
    rows = [tuple(row) for row in fetched]
    found = {row[:width]: figures(query, row[:width], row[width:-1]) for row in rows}
    return found, fetched[0][-1] if fetched else 0
