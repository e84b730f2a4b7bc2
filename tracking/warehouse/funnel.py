"""Funnels: how many visitors went through some steps, one after another, and where others went.

A visitor has reached step k if there are events e1 < e2 < ... < ek of theirs that match steps 1 to
k, in the order of time, events of the same moment in that of their ids; whatever lies between does
not matter. One event is one step, though it may match several. All lie in the period, and in one
visit where the scope says so. Taking each step at the first event that can be it finds such events
wherever there are any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracking.warehouse.answers import Reader
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.errors import QueryError
from tracking.warehouse.goals import Goal, any_goal_sql, goal_sql
from tracking.warehouse.query import Query
from tracking.warehouse.steps import read_step
from tracking.warehouse.visits import Listing

FEWEST, MOST = 2, 8
MOST_SAVED = 100
MOST_PAGES = 5


class Scope(StrEnum):
    """Whether a visitor may take the steps in several visits, or in one and the same."""

    VISITOR = "visitor"
    VISIT = "visit"


@dataclass(frozen=True)
class Instead:
    """The page that visitors saw next after their last step; an empty one is where they left."""

    page: str
    visitors: int


@dataclass(frozen=True)
class Stopped:
    """Who came to a step and took no further one, and where most of them went."""

    visitors: int
    pages: tuple[Instead, ...]


@dataclass(frozen=True)
class Passed:
    """How many visitors reached each step, of the period and of the one to compare with."""

    visitors: tuple[int, ...]
    earlier: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Funnel:
    """An inquiry, see `tracking.warehouse.inquiry`; the steps are goals."""

    query: Query
    steps: tuple[Goal, ...]
    scope: Scope = Scope.VISITOR
    kind = "funnel"

    def answer(self, reader: Reader) -> Passed:
        earlier = self.query.earlier
        return Passed(
            visitors=self._visitors(reader, self.query),
            earlier=self._visitors(reader, earlier) if earlier else None,
        )

    def _visitors(self, reader: Reader, query: Query) -> tuple[int, ...]:
        listing = reader.listing(query)
        best = "walked"
        if self.scope is Scope.VISIT:
            best = "(SELECT visitor, max(level) AS level FROM walked GROUP BY visitor)"
        sql = listing.select(
            f"SELECT level, count(*) AS visitors FROM {best} GROUP BY level",  # noqa: S608
            **walks(listing, self),
        )
        furthest: dict[int, int] = {row[0]: row[1] for row in reader.fetch(listing, sql)}
        numbers = range(1, len(self.steps) + 1)
        return tuple(sum(n for level, n in furthest.items() if level >= step) for step in numbers)


@dataclass(frozen=True)
class Elsewhere:
    """An inquiry for where those went who did not reach the next step of a funnel.

    A visitor counts once, with the walk that went furthest, the first of these. The page is the
    next one that they saw in the same visit, other than the one on which they took their last
    step. The answer is about each step but the last, which nobody goes on from.
    """

    funnel: Funnel
    kind = "funnel_elsewhere"

    @property
    def query(self) -> Query:
        return self.funnel.query

    def answer(self, reader: Reader) -> list[Stopped]:
        listing = reader.listing(self.query)
        last = len(self.funnel.steps)
        before = walks(listing, self.funnel)
        before["furthest"] = self._furthest()
        # The event of the last step, by its moment.
        before["dropped"] = (
            "SELECT who, begun, level, visit, page FROM (SELECT visit, page, moment AS begun"  # noqa: S608
            " FROM marked) AS steps JOIN (SELECT visitor AS who, level, begun FROM furthest"
            f" WHERE level < {last:d}) AS stopped USING (begun)"
        )
        before["onwards"] = (
            f"SELECT who, argMin(path, moment) AS other FROM ({_views(listing)}) AS views"  # noqa: S608
            " JOIN (SELECT who, visit, begun, page FROM dropped) AS stopped USING (visit)"
            " WHERE moment > begun AND path <> page GROUP BY who"
        )
        before["counted"] = (
            "SELECT level, coalesce(other, '') AS went_to, count(*) AS visitors"
            " FROM dropped LEFT JOIN onwards USING (who) GROUP BY level, went_to"
        )
        before["ranked"] = (
            "SELECT *, sum(visitors) OVER (PARTITION BY level) AS stopped, row_number() OVER"
            " (PARTITION BY level ORDER BY visitors DESC, went_to) AS place FROM counted"
        )
        sql = listing.select(
            "SELECT level, stopped, went_to, visitors FROM ranked"  # noqa: S608
            f" WHERE place <= {MOST_PAGES:d} OR went_to = '' ORDER BY level, place",
            **before,
        )
        rows = reader.fetch(listing, sql)
        return [_stopped([row[1:] for row in rows if row[0] == level]) for level in range(1, last)]

    def _furthest(self) -> str:
        """The best walk of each visitor."""
        if self.funnel.scope is Scope.VISITOR:
            return "SELECT visitor, level, begun FROM walked"
        ordered = "row_number() OVER (PARTITION BY visitor ORDER BY level DESC, begun) AS place"
        ranked = f"SELECT visitor, level, begun, {ordered} FROM walked"  # noqa: S608
        return f"SELECT visitor, level, begun FROM ({ranked}) WHERE place = 1"  # noqa: S608


def _stopped(rows: Sequence[Sequence[Any]]) -> Stopped:
    pages = tuple(Instead(page, visitors) for _, page, visitors in rows)
    return Stopped(int(rows[0][0]) if rows else 0, pages)


def walks(listing: Listing, funnel: Funnel) -> dict[str, str]:
    """Relations of the events that are steps, `marked`, and of who took the first one, `walked`.

    `walked` has a row for each visitor, or visit, see `tracking.warehouse.dialect.Dialect.walked`.
    """
    scrolls = any(step.is_scroll for step in funnel.steps)
    marks = ", ".join(
        f"{goal_sql(step, listing.dialect)} AS step_{number}"
        for number, step in enumerate(funnel.steps, 1)
    )
    marked = (
        f"SELECT visitor, visit, path AS page, {funnel.scope.value} AS walker,"  # noqa: S608
        f" {listing.dialect.order()} AS moment, {marks} FROM {listing.rows.walked(scrolls)}"
        f" WHERE {any_goal_sql(funnel.steps, listing.dialect)}"
    )
    return {"marked": marked, **listing.dialect.walked("marked", len(funnel.steps))}


def _views(listing: Listing) -> str:
    return (
        f"SELECT visit, path, {listing.dialect.order()} AS moment"  # noqa: S608
        f" FROM {listing.rows.walked()} WHERE name = 'pageview'"
    )


def read_funnel(query: Query, steps: object, scope: object, defined: Definitions) -> Funnel:
    """The funnel of plain values, see `tracking.warehouse.steps`. Raises `QueryError`."""
    return Funnel(query, *read_steps(steps, scope, defined))


def read_steps(
    steps: object, scope: object, defined: Definitions
) -> tuple[tuple[Goal, ...], Scope]:
    """What of a funnel is no matter of a period. Raises `QueryError`."""
    if not isinstance(steps, list | tuple):
        raise QueryError("The steps must be a list.")
    if not FEWEST <= len(steps) <= MOST:
        raise QueryError(f"A funnel has {FEWEST} to {MOST} steps, not {len(steps)}.")
    if not isinstance(scope, str) or scope not in list(Scope):
        raise QueryError(f"The scope must be one of {', '.join(Scope)}.")
    return tuple(read_step(step, defined) for step in steps), Scope(scope)
