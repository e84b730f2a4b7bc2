"""Journeys: which pages visits saw next, one after another, or which led to something.

A journey runs within a visit. It starts at the first event in the period that is the start, or at
the edge of the visit: where one that began in the period entered, or going back, where one that
ended in it left. From there it goes from page to page; views of the same page in a row are one
stop. Each stop is the next pageview of another page, in the order of time, pageviews of the same
moment in that of their ids; going back, the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracking.warehouse.answers import Reader
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.errors import QueryError
from tracking.warehouse.goals import Goal, goal_sql
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Source
from tracking.warehouse.steps import read_step
from tracking.warehouse.visits import Listing

FARTHEST = 10
DIRECTIONS = ("after", "before")
LONGEST_PAGE = 2000
GREATEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Stop:
    """A page that visits saw next; an empty one is where they left, or going back, entered."""

    page: str
    visitors: int
    visits: int


@dataclass(frozen=True)
class Stops:
    """Who came as far as the path says, and the pages of most visitors next to its end.

    A visitor with several visits may be at several pages, but is one of the `visitors` once.
    """

    visitors: int
    visits: int
    pages: tuple[Stop, ...]


@dataclass(frozen=True)
class Journey:
    """An inquiry, see `tracking.warehouse.inquiry`, for as many pages as its query's limit.

    start: where it begins, None at the edge of each visit
    path: the pages chosen since
    forward: whether it asks for what came after
    """

    query: Query
    start: Goal | None = None
    path: tuple[str, ...] = ()
    forward: bool = True
    kind = "journey"

    def answer(self, reader: Reader) -> Stops:
        listing = reader.listing(self.query)
        sql = Walk(self, listing).stops()
        (_, _, visitors, visits), *pages = reader.fetch(listing, sql)
        return Stops(visitors, visits, tuple(Stop(*row[1:]) for row in pages))


class Walk:
    """The SQL of a journey.

    `here_0` are the visits that reached the start, `here_1` those that went on to the first page of
    the path, or without a start have it at their edge, and so on; each with the `page` and the
    moment, `begun`, of that.
    """

    def __init__(self, journey: Journey, listing: Listing) -> None:
        self.journey = journey
        self.listing = listing
        self.order = listing.dialect.order()
        self.least, self.later = ("Min", ">") if journey.forward else ("Max", "<")
        self.first = 0 if journey.start else 1

    # Bound when it is needed, see `tracking.warehouse.rows.Rows`.
    @cached_property
    def views(self) -> str:
        """Not put by for several readers: that would be all views of the period."""
        return (
            f"(SELECT visitor, visit, path, {self.order} AS moment"  # noqa: S608
            f" FROM {self.listing.rows.walked()} WHERE name = 'pageview')"
        )

    def stops(self) -> str:
        """Everybody who came this far as part 0, then the next pages as part 1."""
        before = self._chosen()
        before["beyond"] = self._beyond()
        before["counted"] = (
            "SELECT other, count(DISTINCT visitor) AS visitors, count(*) AS visits"
            " FROM beyond GROUP BY other"
        )
        before["ranked"] = (
            "SELECT *, row_number() OVER (ORDER BY visitors DESC, visits DESC, other) AS place"
            " FROM counted"
        )
        limit = f"{self.journey.query.limit:d}"
        before["stops"] = (
            "SELECT 0 AS place, '' AS other, count(DISTINCT visitor) AS visitors,"  # noqa: S608
            " count(*) AS visits FROM beyond UNION ALL SELECT place, other, visitors, visits"
            f" FROM ranked WHERE place <= {limit} OR other = ''"
        )
        return self.listing.select(
            "SELECT place, other, visitors, visits FROM stops ORDER BY place", **before
        )

    def _chosen(self) -> dict[str, str]:
        path, dialect = self.journey.path, self.listing.dialect
        relations = {}
        if start := self.journey.start:
            relations["here_0"] = self._started(start)
        for number, page in enumerate(path, 1):
            came = self._edges() if number == self.first else self._next(number - 1)
            chosen = f"page = {dialect.bind(page)}"
            relations[f"here_{number}"] = f"SELECT * FROM ({came}) WHERE {chosen}"  # noqa: S608
            if number == self.first + 1 and dialect.reads_once:
                relations["trail"] = (
                    f"SELECT * FROM {self.views} WHERE visit IN (SELECT visit FROM here_{number})"  # noqa: S608
                )
        return relations

    def _started(self, start: Goal) -> str:
        """Going back as well, it is the first time that counts."""
        events = self.listing.rows.walked(start.is_scroll)
        begun = f"SELECT visitor, visit, path, {self.order} AS moment FROM {events}"  # noqa: S608
        return _next_of(f"({begun} WHERE {goal_sql(start, self.listing.dialect)})", "Min")

    def _edges(self) -> str:
        """Visits by the page at their edge, as their own rows say it.

        No view lies before that moment, or going back, after it.
        """
        rows, period = self.listing.rows, self.journey.query.period
        if self.journey.forward:
            page, begun = "entry_page", self.listing.dialect.order("first_time", "0")
            within = f"first_time >= {rows.bind(naive_utc(period.start))}"
        else:
            page, begun = "exit_page", self.listing.dialect.order("last_time", f"{GREATEST_ID}")
            within = f"last_time < {rows.bind(naive_utc(period.end))}"
        visits = rows.of(Source.VISITS, self.journey.query.filters)
        return (
            f"SELECT visit, visitor, {page} AS page, {begun} AS begun FROM {visits}"  # noqa: S608
            f" WHERE visitor <> 0 AND {page} <> '' AND {within}"
        )

    def _beyond(self) -> str:
        """Each visit that came this far, with the page after."""
        number = len(self.journey.path)
        if number < self.first:
            return f"SELECT visitor, page AS other FROM ({self._edges()})"  # noqa: S608
        return (
            "SELECT visitor, coalesce(next_page, '') AS other FROM"  # noqa: S608
            f" (SELECT visit, visitor FROM here_{number}) AS these LEFT JOIN"
            f" (SELECT visit, page AS next_page FROM ({self._next(number)})) AS those USING (visit)"
        )

    def _next(self, number: int) -> str:
        """Those of `here_…` that went on, where to."""
        known = number > self.first and self.listing.dialect.reads_once
        seen = (
            f"(SELECT visitor, visit, path, moment FROM {'trail' if known else self.views} AS views"  # noqa: S608
            f" JOIN (SELECT visit, page, begun FROM here_{number}) AS here USING (visit)"
            f" WHERE moment {self.later} begun AND path <> page)"
        )
        return _next_of(seen, self.least)


def _next_of(events: str, least: str) -> str:
    """The first, `Min`, or the last, `Max`, of the events of each visit."""
    return (
        "SELECT visit, who AS visitor, next_page AS page, next_moment AS begun FROM ("  # noqa: S608
        f"SELECT visit, max(visitor) AS who, arg{least}(path, moment) AS next_page,"
        f" {least.lower()}(moment) AS next_moment FROM {events} AS events GROUP BY visit)"
    )


def read_journey(
    query: Query, start: object, path: object, direction: object, defined: Definitions
) -> Journey:
    """The journey of plain values; a start of None is the edge. Raises `QueryError`."""
    if direction not in DIRECTIONS:
        raise QueryError(f"The direction must be one of {', '.join(DIRECTIONS)}.")
    if not isinstance(path, Sequence) or isinstance(path, str) or len(path) > FARTHEST:
        raise QueryError(f"The path must be a list of at most {FARTHEST} pages.")
    for page in path:
        if not isinstance(page, str) or not 1 <= len(page) <= LONGEST_PAGE or "\0" in page:
            raise QueryError(f"A page of the path is a text of 1 to {LONGEST_PAGE} characters.")
        try:
            page.encode()
        except UnicodeEncodeError:
            raise QueryError("The pages of the path must be valid Unicode.") from None
    begin = None if start is None else read_step(start, defined)
    return Journey(query, begin, tuple(path), direction == "after")
