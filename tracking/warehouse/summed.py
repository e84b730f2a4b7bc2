"""Questions about whole days, answered from what each day adds up to.

`tracking.warehouse.sealing.sums` tells what the sums are.
"""

from datetime import datetime, timedelta

from tracking.warehouse.breakdowns import BREAKDOWNS, name_of
from tracking.warehouse.buckets import offsets
from tracking.warehouse.filters import All
from tracking.warehouse.metrics import VISITOR_SUM, Sum
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Rows, Source, source_of
from tracking.warehouse.schema import PLAIN

QUARTER = timedelta(minutes=15)
# That a row has anything of a source.
HAS = {Source.EVENTS: "events > 0", Source.VISITS: "averaged > 0", Source.STAYS: "stays > 0"}


def can_add_up(query: Query, period: Period, sums: list[Sum]) -> bool:
    """Whether these figures of a question can be had from sums of days."""
    breakdown = BREAKDOWNS.get(name_of(query.dimensions))
    if breakdown is None or query.filters != All(()) or not all(row.adds_up for row in sums):
        return False
    sources = {source_of(row, query) for row in sums}
    if Source.ACTIVE in sources or (Source.STAYS in sources and not breakdown.has_stays):
        return False
    return not breakdown.by_time or _in_quarters(period)


def _in_quarters(period: Period) -> bool:
    """Whether no bucket of a chart begins within a quarter of an hour."""
    first, *changes = offsets(period)
    return not any(
        [
            first.ahead % QUARTER,
            *(change.ahead % QUARTER for change in changes),
            *((change.start - datetime.min) % QUARTER for change in changes),
        ]
    )


def summed_part(rows: Rows, relation: str, source: Source, sums: list[Sum]) -> str:
    """What the days' sums of a source give, as `Statement` unites it with the rest."""
    query = rows.query
    figures = {
        row.name: _total(rows, row) if source_of(row, query) is source else "NULL" for row in sums
    }
    columns = [
        *(f"{key} AS d{position}" for position, key in enumerate(_keys(rows))),
        f"'{source.value}' AS source",
        *(f"{figure} AS {name}" for name, figure in figures.items()),
    ]
    grouping = " GROUP BY ALL" if query.dimensions else ""
    return (
        f"SELECT {', '.join(columns)} FROM {relation}"  # noqa: S608
        f" WHERE breakdown = '{name_of(query.dimensions)}' AND {HAS[source]}{grouping}"
    )


def _keys(rows: Rows) -> list[str]:
    if rows.query.time:
        return [rows.bucket("time")]
    places = dict(
        zip(sorted(row.column for row in rows.query.dimensions), ("value", "other"), strict=False)
    )
    return [
        places[row.column]
        if row.column in PLAIN
        else f"coalesce(nullif({places[row.column]}, ''), {rows.bind(row.blank)})"
        for row in rows.query.dimensions
    ]


def _total(rows: Rows, counted: Sum) -> str:
    if counted is VISITOR_SUM and rows.query.time:
        # A bucket's end divides a UTC day in two at most, because no day of a clock has less than
        # 23 hours. Who was there for the first time before it was there before it; who was there
        # for the last time after it was there after it.
        midnight = rows.bucket("date_trunc('day', time)")
        return f"sum(if({rows.bucket('time')} = {midnight}, visitors, last_visitors))"
    return f"sum({counted.name})"
