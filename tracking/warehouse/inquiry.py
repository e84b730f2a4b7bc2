"""The road of questions that are no metrics by dimensions, such as funnels.

A kind of question is a class in a module of its own, which says how it is answered; an engine is
needed for nothing but what `Reader` and `Listing` give:

    @dataclass(frozen=True)
    class Longest:
        query: Query
        kind = "longest"

        def answer(self, reader: Reader) -> int:
            listing = reader.listing(self.query)
            visits = listing.rows.of(Source.VISITS, self.query.filters)
            found = listing.select(f"SELECT max(duration) FROM {visits}")
            return reader.fetch(listing, found)[0][0]

    inquire(Longest(Query.build(site=site, metrics=["visits"], date_range="30d")))
"""

from typing import Protocol, TypeVar

from tracking.warehouse.answers import Reader
from tracking.warehouse.query import Query

Answer_co = TypeVar("Answer_co", covariant=True)


class Inquiry(Protocol[Answer_co]):
    """A question with its own answer; `kind` is its name in figures about questions.

    Site, period, filters, comparison and limit are those of `query`.
    """

    @property
    def kind(self) -> str: ...
    @property
    def query(self) -> Query: ...

    def answer(self, reader: Reader) -> Answer_co:
        """The answer, from what was committed before it was asked. May raise `QueryError`."""
