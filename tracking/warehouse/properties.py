"""Which custom properties the events of a question have."""

from dataclasses import dataclass
from typing import NamedTuple

from tracking.vitals import PREFIX
from tracking.warehouse.answers import Reader
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Source


class Property(NamedTuple):
    """A property's key, by how many visitors events with it came, and how many these were."""

    key: str
    visitors: int
    events: int


@dataclass(frozen=True)
class Properties:
    """The properties of the events that a question's filters leave, for `inquire`.

    Those whose keys contain the text `search`, in whatever case: at most so many, those of most
    visitors first.
    """

    query: Query
    most: int
    search: str = ""
    kind = "properties"

    def answer(self, reader: Reader) -> list[Property]:
        listing = reader.listing(self.query)
        dialect = listing.dialect
        events = listing.rows.of(Source.EVENTS, self.query.filters)
        # Web vitals are no property that a site gave.
        wanted = f" WHERE substr(key, 1, {len(PREFIX)}) <> '{PREFIX}'"
        if self.search:
            text = dialect.lower(dialect.bind(self.search))
            wanted += f" AND {dialect.contains(dialect.lower('key'), text)}"
        found = listing.select(
            "SELECT key, count(DISTINCT nullif(visitor, 0)) AS visitors, count(*) AS events"  # noqa: S608
            f" FROM (SELECT visitor, {dialect.keys('props')} AS key FROM {events}){wanted}"
            f" GROUP BY key ORDER BY visitors DESC, events DESC, key LIMIT {self.most:d}"
        )
        return [Property(*row) for row in reader.fetch(listing, found)]
