"""The rows that a question counts, as SQL.

Five sources can give figures:

- events of the period, for what is counted in events;
- visits that were active in the period, for what is counted in visits; visits are a table of their
  own, so that none is put together while a question waits;
- the same visits once for each minute or hour in which they were active, for the charts of visitors
  and visits by minute or hour;
- stays, which are events and engagement put together by visit and group, for what is averaged over
  the visits to a page;
- loads, which are the engagement that tells web vitals of a page, for these.
"""

from enum import Enum
from functools import cached_property

from tracking.vitals import VITALS, Vital
from tracking.warehouse.buckets import STEPS, naive_utc, offsets
from tracking.warehouse.dialect import Dialect
from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.filters import (
    All,
    Done,
    Filter,
    asks_for_scrolling,
    dimensions_of,
    is_about_events,
    of_loads,
)
from tracking.warehouse.goals import any_goal_sql, goal_sql
from tracking.warehouse.metrics import Sum
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.schema import PLAIN, Tables
from tracking.warehouse.shared import Shared
from tracking.warehouse.where import Terms, where


class Source(Enum):
    EVENTS = "events"
    VISITS = "visits"
    ACTIVE = "active"
    STAYS = "stays"
    LOADS = "loads"


def source_of(counted: Sum, query: Query) -> Source:
    """Where a sum of this question is counted."""
    if counted.over_stays:
        return Source.STAYS
    if counted.over_loads:
        return Source.LOADS
    if not counted.over_visits:
        return Source.EVENTS
    if not counted.over_events:
        return Source.VISITS
    if query.asks_about_events:
        return Source.EVENTS
    return Source.ACTIVE if query.time and query.time.column in STEPS else Source.VISITS


class Rows:
    """The rows of a question over a period, and what they are grouped by.

    `tables` says where events and visits are. Chosen events are `shared` by all who ask for them.
    """

    def __init__(
        self, query: Query, period: Period, tables: Tables, dialect: Dialect, shared: Shared
    ) -> None:
        self.query = query
        self.period = period
        self.tables = tables
        self.dialect = dialect
        self.shared = shared
        self.bind = dialect.bind
        self.terms = Terms(self.column, dialect, self.visits_with)

    # Bound when they are needed: an engine takes no value that the statement does not have.
    @cached_property
    def _start(self) -> str:
        return self.bind(naive_utc(self.period.start))

    @cached_property
    def _end(self) -> str:
        return self.bind(naive_utc(self.period.end))

    @cached_property
    def _site(self) -> str:
        return self.bind(self.query.site_id)

    def of(self, source: Source, tree: Filter) -> str:
        """The rows for which, or for an event of which, the tree holds."""
        by = self.query.dimensions
        match source:
            case Source.EVENTS:
                return self._by_goal(self._events(tree, by, self.query.counts_scrolling))
            case Source.VISITS:
                return self._visits(tree)
            case Source.ACTIVE:
                return f"(SELECT *, {self._moments()} AS moment FROM {self._visits(tree)})"  # noqa: S608
            case Source.STAYS:
                return self._stays(self._by_goal(self._events(tree, by, with_engagement=True)))
            case Source.LOADS:
                return self._loads(self._events(of_loads(tree), by, with_engagement=True))

    def recorded(self) -> str:
        """All events of the period, those of bots and engagement among them."""
        return (
            f"(SELECT * FROM {self.tables.events} WHERE site_id = {self._site}"  # noqa: S608
            f" AND time >= {self._start} AND time < {self._end})"
        )

    def walked(self, with_engagement: bool = False) -> str:
        """The events of the visits that the question's filters leave, those of the period.

        Filters on events leave the visits that have such an event. Who is unknown is not among
        them.
        """
        tree: Filter = self.query.filters
        if is_about_events(tree):
            tree = All((Done(tree),))
        whole = any(row.scope is Scope.WHOLE_VISIT for row in dimensions_of(tree))
        # Not shared: put by for several readers it would be all columns of all events.
        return f"({self._choose(tree, whole, with_engagement)} AND visit <> 0 AND visitor <> 0)"

    def key(self, dimension: Dimension, source: Source) -> str:
        """What rows are grouped by."""
        if source is Source.STAYS:
            position = self.query.dimensions.index(dimension)
            return f"k{position}"
        return self._key(dimension, source)

    def column(self, dimension: Dimension) -> str:
        if dimension.key:
            return f"coalesce({dimension.column}[{self.bind(dimension.key)}], '')"
        return dimension.column

    def visits_with(self, tree: Filter) -> str:
        """The visits that have an event in the period for which the tree holds."""
        events = self._events(tree, (), asks_for_scrolling(tree))
        return f"SELECT visit FROM {events} WHERE visit <> 0"  # noqa: S608

    def _events(self, tree: Filter, by: tuple[Dimension, ...], with_engagement: bool) -> str:
        """The events of the period that the tree holds for, with their visits where asked for."""
        asked = [*by, *dimensions_of(tree)]
        whole = any(row.scope is Scope.WHOLE_VISIT for row in asked)
        chosen = (self.tables, tree, whole, with_engagement, self.query.asks_about_bots)
        return self.shared.name(chosen, lambda: self._choose(tree, whole, with_engagement))

    def _choose(self, tree: Filter, whole: bool, with_engagement: bool) -> str:
        visits = f" JOIN {self._whole_visits()} ON whole_visit = visit" if whole else ""
        # Engagement that no visit was open for has itself as its visit.
        kinds = "name <> 'engagement'"
        if with_engagement:
            kinds = f"({kinds} OR visit <> id)"
        return (
            f"SELECT * FROM {self.tables.events}{visits}"  # noqa: S608
            f" WHERE site_id = {self._site} AND time >= {self._start} AND time < {self._end}"
            f" AND {kinds}{self._people()} AND {where(tree, self.terms)}"
        )

    def _by_goal(self, events: str) -> str:
        """The events once for each goal that they reach, where rows are goals."""
        if not self.query.by_goal:
            return events
        reached = [
            f"CASE WHEN {goal_sql(goal, self.dialect)} THEN {self.bind(goal.name)} END"
            for goal in self.query.goals
        ]
        return (
            f"(SELECT * FROM (SELECT *, {self.dialect.each_text(reached)} AS goal"  # noqa: S608
            f" FROM {events} WHERE {any_goal_sql(self.query.goals, self.dialect)})"
            " WHERE goal IS NOT NULL)"
        )

    def _stays(self, events: str) -> str:
        keys = [
            f"{self._key(row, Source.EVENTS)} AS k{position}"
            for position, row in enumerate(self.query.dimensions)
        ]
        columns = [*keys, "visit", "max(scroll_depth) AS depth", "sum(engaged_ms) AS engaged"]
        return f"(SELECT {', '.join(columns)} FROM {events} WHERE visit <> 0 GROUP BY ALL)"  # noqa: S608

    def _loads(self, events: str) -> str:
        vitals = [f"{self._vital(row)} AS {row.name}" for row in VITALS.values()]
        told = f"SELECT *, {', '.join(vitals)} FROM {events} WHERE name = 'engagement'"  # noqa: S608
        return f"(SELECT * FROM ({told}) WHERE coalesce({', '.join(VITALS)}) IS NOT NULL)"  # noqa: S608

    def _vital(self, vital: Vital) -> str:
        # Read as a number, and believed, only here: a file of events may hold any text.
        figure = self.dialect.number(f"props['{vital.key}']")
        return f"CASE WHEN {figure} BETWEEN 0 AND {vital.most} THEN {figure} END"

    def _visits(self, tree: Filter) -> str:
        """The visits active in the period for which, or for an event of which, the tree holds."""
        if is_about_events(tree):
            holds = f"visit IN ({self.visits_with(tree)})"
        else:
            holds = where(tree, self.terms)
        return (
            f"(SELECT * FROM {self.tables.visits} WHERE {self._active()}"  # noqa: S608
            f"{self._people()} AND {holds})"
        )

    def _whole_visits(self) -> str:
        """What only visits have, under names that no event has."""
        return (
            "(SELECT visit AS whole_visit, entry_page, exit_page, entry_hostname, exit_hostname"  # noqa: S608
            f" FROM {self.tables.visits} WHERE {self._active()})"
        )

    def _active(self) -> str:
        """That a visit of the site was active in the period."""
        return f"site_id = {self._site} AND last_time >= {self._start} AND first_time < {self._end}"

    def _people(self) -> str:
        return "" if self.query.asks_about_bots else " AND bot = 'no'"

    def _key(self, dimension: Dimension, source: Source) -> str:
        if dimension.scope is Scope.TIME:
            return self.bucket(self._moment(source))
        column = self.column(dimension)
        if source is Source.VISITS and dimension.entry:
            column = dimension.entry
        if dimension.column in PLAIN:
            # Blank values are named when the rows are grouped.
            return column
        return f"coalesce(nullif({column}, ''), {self.bind(dimension.blank)})"

    def _moment(self, source: Source) -> str:
        """When a row happened."""
        if source is Source.VISITS:
            return self._last()
        return "moment" if source is Source.ACTIVE else "time"

    def _last(self) -> str:
        return f"least(last_time, {self._end} - INTERVAL 1 MICROSECOND)"

    def _moments(self) -> str:
        """A moment in each step in which a visit was active, some more than once."""
        first = f"greatest(first_time, {self._start})"
        last = self._last()
        step = self.query.time.column if self.query.time else ""
        return self.dialect.moments(first, last, step)

    def bucket(self, moment: str) -> str:
        """The key of the bucket, see `tracking.warehouse.buckets`, that a moment lies in."""
        interval = self.query.time.column if self.query.time else ""
        first, *changes = offsets(self.period)
        ahead = self.bind(int(first.ahead.total_seconds()))
        if changes:
            # From the latest change backwards, so that the first that fits is the right one.
            whens = " ".join(
                f"WHEN {moment} >= {self.bind(change.start)}"
                f" THEN {self.bind(int(change.ahead.total_seconds()))}"
                for change in reversed(changes)
            )
            ahead = f"CASE {whens} ELSE {ahead} END"
        local = f"date_trunc('{interval}', {self.dialect.later(moment, ahead)})"
        if interval in STEPS:
            return self.dialect.earlier(local, ahead)
        if interval == "week":
            # The first week begins with the period.
            return f"greatest({local}::DATE, {self.bind(self.period.start.date())})"
        return f"{local}::DATE"
