"""Funnels: how many visitors went through some steps, one after another, and where others went.

A visitor has reached step k if there are events e1 < e2 < ... < ek of theirs that match steps 1 to
k, in the order of time, events of the same moment in that of their ids; whatever lies between does
not matter. One event is one step, though it may match several. All lie in the period, and in one
visit where the scope says so. Taking each step at the first event that can be it finds such events
wherever there are any.
"""

from dataclasses import dataclass
from enum import StrEnum

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
        sql = listing.select(
            "SELECT furthest, count(*) AS visitors FROM (SELECT visitor, max(level) AS furthest"  # noqa: S608
            f" FROM walked_{len(self.steps)} GROUP BY visitor) GROUP BY furthest",
            **walks(listing, self),
        )
        furthest = dict(reader.fetch(listing, sql))
        numbers = range(1, len(self.steps) + 1)
        return tuple(sum(n for level, n in furthest.items() if level >= step) for step in numbers)


@dataclass(frozen=True)
class Elsewhere:
    """An inquiry for where those went who did not reach the next step of a funnel.

    A visitor counts once, with the walk that went furthest, the first of these. The page is the
    next one that they saw in the same visit, other than the one on which they took their last
    step. The answer has the pages of most visitors for each step but the last, which nobody goes
    on from.
    """

    funnel: Funnel
    kind = "funnel_elsewhere"

    @property
    def query(self) -> Query:
        return self.funnel.query

    def answer(self, reader: Reader) -> list[list[Instead]]:
        listing = reader.listing(self.query)
        last = len(self.funnel.steps)
        ordered = "PARTITION BY visitor ORDER BY level DESC, begun, visit"
        before = walks(listing, self.funnel)
        before["furthest"] = f"SELECT *, row_number() OVER ({ordered}) AS place FROM walked_{last}"  # noqa: S608
        before["dropped"] = (
            "SELECT visitor, visit, level, begun, page FROM furthest"  # noqa: S608
            f" WHERE place = 1 AND level < {last:d}"
        )
        before["views"] = _views(listing)
        before["onwards"] = (
            "SELECT visitor, argMin(path, moment) AS other FROM dropped JOIN views USING (visit)"
            " WHERE moment > begun AND path <> page GROUP BY visitor"
        )
        before["counted"] = (
            "SELECT level, coalesce(other, '') AS went_to, count(*) AS visitors"
            " FROM dropped LEFT JOIN onwards USING (visitor) GROUP BY level, went_to"
        )
        before["ranked"] = (
            "SELECT *, row_number() OVER (PARTITION BY level"
            " ORDER BY visitors DESC, went_to) AS place FROM counted"
        )
        sql = listing.select(
            "SELECT level, went_to, visitors FROM ranked"  # noqa: S608
            f" WHERE place <= {MOST_PAGES:d} OR went_to = '' ORDER BY level, place",
            **before,
        )
        found: list[list[Instead]] = [[] for _ in range(last - 1)]
        for level, page, visitors in reader.fetch(listing, sql):
            found[level - 1].append(Instead(page, visitors))
        return found


def walks(listing: Listing, funnel: Funnel) -> dict[str, str]:
    """Relations of who took the first steps, `walked_1`, `walked_2` and so on.

    Each has a row for each visitor, or visit, that took the first step: the `level` reached by
    then, and of the event that reached it `begun`, which tells its order, its `visit` and `page`.
    """
    unit = funnel.scope.value
    scrolls = any(step.is_scroll for step in funnel.steps)
    marks = ", ".join(
        f"{goal_sql(step, listing.dialect)} AS step_{number}"
        for number, step in enumerate(funnel.steps, 1)
    )
    relations = {
        "marked": (
            f"SELECT visitor, visit, path AS page, {unit} AS walker,"  # noqa: S608
            f" {listing.dialect.order()} AS moment, {marks} FROM {listing.rows.walked(scrolls)}"
            f" WHERE {any_goal_sql(funnel.steps, listing.dialect)}"
        ),
        "walked_1": (
            "SELECT walker, who AS visitor, 1 AS level, first_moment AS begun,"
            " first_visit AS visit, first_page AS page FROM (SELECT walker, max(visitor) AS who,"
            " min(moment) AS first_moment, argMin(visit, moment) AS first_visit,"
            " argMin(page, moment) AS first_page FROM marked WHERE step_1 GROUP BY walker)"
        ),
    }
    for number in range(2, len(funnel.steps) + 1):
        relations[f"walked_{number}"] = _one_step_more(number)
    return relations


def _one_step_more(number: int) -> str:
    """Those who took the steps so far, each with the first event that is the next one, if any."""
    before = number - 1
    marked = (
        "SELECT walker, moment, visit AS next_visit, page AS next_page"  # noqa: S608
        f" FROM marked WHERE step_{number}"
    )
    # Named once: an engine that puts no relation by would work it out each time.
    paired = (
        "SELECT *,"  # noqa: S608
        f" CASE WHEN level = {before} AND moment > begun THEN moment END AS next_moment"
        f" FROM walked_{before} LEFT JOIN ({marked}) AS marked_{number} USING (walker)"
    )
    gathered = (
        "SELECT walker, max(visitor) AS who, max(level) AS so_far, max(begun) AS last_moment,"  # noqa: S608
        " max(visit) AS last_visit, max(page) AS last_page, min(next_moment) AS taken,"
        f" argMin(next_visit, next_moment) AS taken_in, argMin(next_page, next_moment) AS taken_on"
        f" FROM ({paired}) GROUP BY walker"
    )
    return (
        "SELECT walker, who AS visitor,"  # noqa: S608
        " so_far + CASE WHEN taken IS NULL THEN 0 ELSE 1 END AS level,"
        " coalesce(taken, last_moment) AS begun, coalesce(taken_in, last_visit) AS visit,"
        f" coalesce(taken_on, last_page) AS page FROM ({gathered})"
    )


def _views(listing: Listing) -> str:
    return (
        f"SELECT visit, path, {listing.dialect.order()} AS moment"  # noqa: S608
        f" FROM {listing.rows.walked()}"
        " WHERE name = 'pageview' AND visit IN (SELECT visit FROM dropped)"
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
