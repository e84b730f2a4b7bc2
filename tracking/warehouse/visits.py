"""Single visits: the list of those that filters leave, and the path of one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tracking.warehouse.dialect import Dialect, DuckDBDialect
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Rows, Source
from tracking.warehouse.schema import Tables
from tracking.warehouse.shared import Shared

MOST_EVENTS = 1000


class Visit(NamedTuple):
    """A visit as the warehouse has it; `duration` in microseconds, `visitor` is 0 for nobody."""

    visit: int
    visitor: int
    first_time: datetime
    duration: int
    pageviews: int
    bounced: bool
    entry_page: str
    exit_page: str
    source: str
    channel: str
    referrer: str
    utm_campaign: str
    country: str
    region: str
    city: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    screen: str
    language: str


class VisitEvent(NamedTuple):
    """An event of a visit, engagement among them; what it does not have is empty or None."""

    id: int
    time: datetime
    name: str
    hostname: str
    path: str
    title: str
    props: dict[str, str] | None
    revenue_amount: Any
    revenue_currency: str
    scroll_depth: int | None
    engaged_ms: int | None


class Recorded(NamedTuple):
    """An event as the event table has it, wherever it lies; `props` is JSON text, or empty.

    Visit and visitor are 0 where nobody is known.
    """

    id: int
    visitor: int
    visit: int
    time: datetime
    name: str
    hostname: str
    path: str
    title: str
    props: str
    scroll_depth: int | None
    referrer: str
    source: str
    channel: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_content: str
    utm_term: str
    country: str
    region: str
    city: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    screen: str
    language: str

    @property
    def flags(self) -> str:
        return "" if self.visit else "no_visitor"


class Step(NamedTuple):
    """A page that visits saw next to another one, and how many did."""

    path: str
    visits: int


class Listing:
    """A statement for rows as they are, and the values of its parameters.

    Questions of other kinds, see `tracking.warehouse.inquiry`, take their rows from `rows` and make
    their SQL with `select`.
    """

    def __init__(self, query: Query, tables: Tables, dialect: Dialect | None = None) -> None:
        self.query = query
        self.period: Period = query.period
        self.dialect = dialect or DuckDBDialect()
        self._shared = Shared(self.dialect)
        self.rows = Rows(query, query.period, tables, self.dialect, self._shared)

    @property
    def values(self) -> dict[str, object]:
        return self.dialect.values

    def visits(self, only: int | None = None, visitor: int | None = None) -> str:
        """The visits that the question's filters leave, the latest first, a page of them.

        `only` is the one of that number, `visitor` those of one visitor.
        """
        relation = self.rows.of(Source.VISITS, self.query.filters)
        wanted = {"visit": only, "visitor": visitor}
        which = [f"{name} = {value:d}" for name, value in wanted.items() if value is not None]
        found = f"SELECT {', '.join(Visit._fields)} FROM {relation}"  # noqa: S608
        if which:
            found += f" WHERE {' AND '.join(which)}"
        return self.select(
            f"{found} ORDER BY first_time DESC, visit DESC"
            f" LIMIT {self.query.limit:d} OFFSET {self.query.offset:d}"
        )

    def events(self, visit: int) -> str:
        """The events of one visit in the order in which they happened."""
        relation = self.rows.recorded()
        return self.select(
            f"SELECT {', '.join(VisitEvent._fields)} FROM {relation}"  # noqa: S608
            f" WHERE visit = {visit:d} ORDER BY time, id LIMIT {MOST_EVENTS}"
        )

    def recorded(self, most: int, scroll: int | None) -> str:
        """The events of the period but of bots, the latest first, at most so many.

        Engagement is among them from a `scroll` depth on; with None it is not.
        """
        kinds = "name <> 'engagement'"
        if scroll is not None:
            kinds = f"({kinds} OR coalesce(scroll_depth, -1) >= {scroll:d})"
        return self.select(
            f"SELECT {', '.join(Recorded._fields)} FROM {self.rows.recorded()}"  # noqa: S608
            f" WHERE bot = 'no' AND {kinds} ORDER BY time DESC, id DESC LIMIT {most:d}"
        )

    def beside(self, path: str, after: bool) -> str:
        """The pages that visits saw next after a page, or before it, with the number of visits.

        Of the visits that the filters leave, those of most first; an empty path is where they left
        or entered. Views of the same page in a row are one.
        """
        page = self.dialect.bind(path)
        recorded = self.rows.recorded()
        chosen = f"SELECT visit FROM {self.rows.of(Source.VISITS, self.query.filters)}"  # noqa: S608
        steps = "1 FOLLOWING AND 1 FOLLOWING" if after else "1 PRECEDING AND 1 PRECEDING"
        views = (
            f"SELECT visit, path, time, id FROM {recorded}"  # noqa: S608
            f" WHERE name = 'pageview' AND visit IN ({chosen}) AND visit IN ("
            f"SELECT visit FROM {recorded} WHERE name = 'pageview' AND path = {page})"
        )
        walks = (
            "SELECT visit, path, coalesce(any_value(path) OVER"  # noqa: S608
            f" (PARTITION BY visit ORDER BY time, id ROWS BETWEEN {steps}), '') AS other"
            f" FROM ({views})"
        )
        return self.select(
            f"SELECT other, count(DISTINCT visit) AS visits FROM ({walks})"  # noqa: S608
            f" WHERE path = {page} AND other <> path GROUP BY other"
            f" ORDER BY visits DESC, other LIMIT {self.query.limit:d}"
        )

    def select(self, found: str, **before: str) -> str:
        """A statement for the rows of a query, which may name the relations that stand `before` it.

        Each of these may name those that stand before itself; it is worked out once, where the
        engine can.
        """
        once = [self.dialect.read_once(name, relation) for name, relation in before.items()]
        clauses = [*self._shared.clauses(), *once, f"found AS ({found})"]
        return f"WITH {', '.join(clauses)} FROM found"


def read_visits(rows: Sequence[Sequence[Any]]) -> list[Visit]:
    return [_utc(Visit(*row), "first_time") for row in rows]


def read_events(rows: Sequence[Sequence[Any]]) -> list[VisitEvent]:
    return [_utc(VisitEvent(*row), "time") for row in rows]


def read_recorded(rows: Sequence[Sequence[Any]]) -> list[Recorded]:
    found = (_utc(Recorded(*row), "time") for row in rows)
    return [event._replace(props=json.dumps(event.props) if event.props else "") for event in found]


def read_steps(rows: Sequence[Sequence[Any]]) -> list[Step]:
    return [Step(*row) for row in rows]


def _utc(row: Any, name: str) -> Any:
    moment = getattr(row, name)
    return row._replace(**{name: moment if moment.tzinfo else moment.replace(tzinfo=UTC)})
