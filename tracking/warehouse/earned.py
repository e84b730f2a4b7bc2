"""In which currencies revenue arrived."""

from dataclasses import dataclass
from typing import NamedTuple

from tracking.warehouse.answers import Reader
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Source


class Earned(NamedTuple):
    """How many amounts arrived in a currency."""

    currency: str
    amounts: int


@dataclass(frozen=True)
class Earnings:
    """The currencies of the events that a question's filters leave, for `inquire`, by code."""

    query: Query
    kind = "earnings"

    def answer(self, reader: Reader) -> list[Earned]:
        listing = reader.listing(self.query)
        events = listing.rows.of(Source.EVENTS, self.query.filters)
        found = listing.select(
            f"SELECT revenue_currency, count(*) AS amounts FROM {events}"  # noqa: S608
            " WHERE revenue_amount IS NOT NULL GROUP BY revenue_currency ORDER BY revenue_currency"
        )
        return [Earned(*row) for row in reader.fetch(listing, found)]
