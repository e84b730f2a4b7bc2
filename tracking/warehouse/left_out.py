"""Amounts of money that no figure has, because there is no rate for their currency and day."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tracking.warehouse.currencies import amount_sql
from tracking.warehouse.query import Query
from tracking.warehouse.revenue import LeftOut
from tracking.warehouse.rows import Source

if TYPE_CHECKING:
    from tracking.warehouse.answers import Reader


def left_out(reader: "Reader", query: Query) -> tuple[LeftOut, ...]:
    """By currency, how many amounts of the question's goals are left out of its figures."""
    if not query.reporting or not query.earning or not any(m.is_revenue for m in query.metrics):
        return ()
    counts: dict[str, int] = {}
    for period in filter(None, (query.period, query.previous)):
        for currency, amounts in _of_period(reader, replace(query, period=period)):
            counts[currency] = counts.get(currency, 0) + amounts
    return tuple(LeftOut(*pair) for pair in sorted(counts.items()))


def _of_period(reader: "Reader", query: Query) -> list[tuple[str, int]]:
    listing = reader.listing(query)
    dialect = listing.dialect
    events = listing.rows.of(Source.EVENTS, query.filters)
    amount = amount_sql(query.reporting, query.period, dialect)
    of_goals = ""
    if query.by_goal:
        names = ", ".join(dialect.bind(goal.name) for goal in query.earning)
        of_goals = f" AND goal IN ({names})"
    found = listing.select(
        "SELECT revenue_currency, count(DISTINCT id) AS amounts"  # noqa: S608
        f" FROM {events} WHERE revenue_amount IS NOT NULL AND ({amount}) IS NULL{of_goals}"
        " GROUP BY revenue_currency"
    )
    return [(row[0], row[1]) for row in reader.fetch(listing, found)]
