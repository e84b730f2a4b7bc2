"""A question about a site's visits, frozen and validated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Min
from django.utils import timezone

from tracking.models import Event, Site
from tracking.warehouse.buckets import Bucket, buckets
from tracking.warehouse.comparisons import read_comparison
from tracking.warehouse.currencies import Reporting, read_reporting
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.dimensions import DIMENSIONS, GOAL, Dimension, Scope, dimension
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filter_syntax import read_filters
from tracking.warehouse.filters import (
    All,
    Condition,
    Filter,
    Reached,
    asks_for_scrolling,
    conditions,
    dimensions_of,
    is_about_events,
    leaves,
)
from tracking.warehouse.goals import Goal
from tracking.warehouse.imported.asked import Imports, first_day, imports_for
from tracking.warehouse.metrics import (
    EVENTS,
    EVENTS_BY_GOAL,
    EVENTS_UNKNOWN,
    Metric,
    Needs,
    metric,
)
from tracking.warehouse.order import Order, read_order
from tracking.warehouse.periods import Period, read_period
from tracking.warehouse.revenue import MetricWarning, currencies, revenue_warning
from tracking.warehouse.sealing.manifest import held

MAX_METRICS = 20
MAX_DIMENSIONS = 5
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000


@dataclass(frozen=True)
class Query:
    """Metrics × dimensions × filters × period × comparison × order × page.

    `build` makes one from plain values. `previous` is the period to compare with, None without a
    comparison. `goals` are those that it is about: the filtered ones, by which rows may be broken
    down; none where it names no goals. `imports` are the imported totals that it takes in, None
    where it does not ask for any. `reporting` is how revenue is told in one currency; None
    where it is told as it is.
    """

    site_id: int
    metrics: tuple[Metric, ...]
    dimensions: tuple[Dimension, ...]
    filters: All
    period: Period
    previous: Period | None
    order_by: tuple[Order, ...]
    limit: int
    offset: int
    goals: tuple[Goal, ...] = ()
    imports: Imports | None = None
    reporting: Reporting | None = None

    @classmethod
    def build(
        cls,
        site: Site,
        metrics: Sequence[str],
        dimensions: Sequence[str] = (),
        filters: Sequence = (),
        date_range: str | Sequence[str] = "day",
        order_by: Sequence | None = None,
        limit: int = MAX_LIMIT,
        offset: int = 0,
        comparison: str | Mapping | None = None,
        now: datetime | None = None,
        user: object = None,
        imports: bool = False,
    ) -> "Query":
        """The question that plain values ask, in the words of Plausible's Stats API v2.

        The dimension `time` takes the period's own interval. Without an order, time ascends, else
        the first metric descends. `comparison` is what `tracking.warehouse.comparisons` reads.
        `now` is the moment that `day` or `7d` refer to. `user` asks, and may name segments of their
        own. With `imports` it takes in imported totals, as far as they can answer it. Raises
        `QueryError` with a sentence that names what is wrong.
        """
        now = now or timezone.now()
        earliest = first_day_of(site, imports=imports) if date_range == "all" else None
        period = read_period(date_range, site.zone, now, earliest)
        asked = tuple(metric(name) for name in _texts(metrics, "Metrics", 1, MAX_METRICS))
        by = tuple(
            dimension(f"time:{period.interval}" if name == "time" else name)
            for name in _texts(dimensions, "Dimensions", 0, MAX_DIMENSIONS)
        )
        defined = Definitions(site.pk, user)
        tree = read_filters(filters, defined)
        query = cls(
            site_id=site.pk,
            metrics=asked,
            dimensions=by,
            filters=_with_hostnames(tree, by),
            period=period,
            previous=read_comparison(comparison, period, now),
            order_by=read_order(order_by, asked, by),
            limit=_number(limit, "The limit", 1, MAX_LIMIT),
            offset=_number(offset, "The offset", 0, MAX_OFFSET),
            goals=_goals(tree, by, defined),
            reporting=read_reporting(site) if any(m.is_revenue for m in asked) else None,
        )
        query._check()
        query = query._with_events_of_goals()
        return replace(query, imports=imports_for(site, query)) if imports else query

    @property
    def time(self) -> Dimension | None:
        """The time dimension, if the question has one."""
        return next((row for row in self.dimensions if row.scope is Scope.TIME), None)

    @property
    def sees_single_pages(self) -> bool:
        """Whether all events of a row have one page, and engagement is not among them."""
        by_page = any(row.name == "event:page" for row in self.dimensions)
        return by_page and not self.counts_scrolling

    @property
    def by_goal(self) -> bool:
        return any(row.name == GOAL for row in self.dimensions)

    @property
    def asks_about_events(self) -> bool:
        """Whether a dimension or filter is a property of single events."""
        by_events = any(row.scope is Scope.EVENT for row in self.dimensions)
        return by_events or is_about_events(self.filters)

    @property
    def counts_scrolling(self) -> bool:
        """Whether engagement is among its events, because a goal is a depth of scrolling."""
        by_scrolling = self.by_goal and any(goal.is_scroll for goal in self.goals)
        return by_scrolling or asks_for_scrolling(self.filters)

    @property
    def asks_about_bots(self) -> bool:
        """Whether it says itself which bots it counts; otherwise it counts none."""
        used = (*self.dimensions, *(row.dimension for row in conditions(self.filters)))
        return any(row.name == "visit:bot" for row in used)

    @property
    def counts_entries(self) -> bool:
        """Whether visits are broken down by where they entered, for want of one page of a visit."""
        return any(row.entry for row in self.dimensions)

    @property
    def page_filters(self) -> tuple[Condition, ...]:
        """The outermost conditions on the page, which bounce rate takes as the page of entry."""
        return tuple(
            row
            for row in self.filters.of
            if isinstance(row, Condition) and row.dimension.name == "event:page"
        )

    @property
    def warnings(self) -> dict[str, MetricWarning]:
        """By their names the metrics that cannot be known, and why: their figures are None."""
        found = revenue_warning(self.goals, self.by_goal, self.reporting is not None)
        return {row.name: found for row in self.metrics if row.is_revenue and found}

    def currency(self, group: Sequence[object]) -> str:
        """The currency of the revenue of a group, which has the dimensions' values."""
        if self.by_goal:
            names = [row.name for row in self.dimensions]
            wanted = group[names.index(GOAL)]
            own = next((goal.currency for goal in self.goals if goal.name == wanted), "")
            return self.reporting.currency if self.reporting and own else own
        found = currencies(self.goals)
        if self.reporting and found:
            return self.reporting.currency
        return found.pop() if len(found) == 1 else ""

    @property
    def earlier(self) -> "Query | None":
        """The same question of the period that it is compared with, None without a comparison."""
        return replace(self, period=self.previous, previous=None) if self.previous else None

    @property
    def earning(self) -> tuple[Goal, ...]:
        """Those of its goals that have a revenue."""
        return tuple(goal for goal in self.goals if goal.currency)

    def as_a_whole(self) -> "Query":
        """The same question without its dimensions."""
        return replace(self, dimensions=(), order_by=())

    def of_reachable(self) -> "Query":
        """The same question of all who could have reached its goals: no matter whether they did,
        and with which properties."""
        kept = tuple(row for row in self.filters.of if not _is_of_conversion(row))
        return replace(self, filters=All(kept))

    def buckets(self, period: Period) -> list[Bucket]:
        """All buckets of the time dimension in a period, in order; none without one."""
        return buckets(period, self.time.column) if self.time else []

    def _with_events_of_goals(self) -> "Query":
        if not self.counts_scrolling:
            return self
        events = EVENTS_BY_GOAL if self.by_goal else EVENTS_UNKNOWN
        return replace(self, metrics=tuple(events if m is EVENTS else m for m in self.metrics))

    def _check(self) -> None:
        for kind, rows in (("metric", self.metrics), ("dimension", self.dimensions)):
            names = [row.name for row in rows]
            for name in names:
                if names.count(name) > 1:
                    raise QueryError(f"The {kind} {name!r} is asked for twice.")
        if sum(row.scope is Scope.TIME for row in self.dimensions) > 1:
            raise QueryError("Dimensions must not have more than one of time.")
        for period in (self.period, self.previous):
            if period is not None:
                self.buckets(period)
        self._check_mixture()
        self._check_loads()
        self._check_needs()

    def _check_mixture(self) -> None:
        for asked in self.metrics:
            for by in self.dimensions:
                if asked.is_of_visits and by.scope is Scope.EVENT and not by.entry:
                    raise QueryError(
                        f"The metric {asked.name!r} is one of visits and cannot be broken down by"
                        f" {by.name!r}, which is one of events."
                    )

    def _check_loads(self) -> None:
        named = [row.name for row in self.dimensions if row.name in (GOAL, "event:name")]
        for asked in self.metrics:
            if asked.is_of_loads and named:
                raise QueryError(
                    f"The metric {asked.name!r} is one of pages that were loaded and cannot be"
                    f" broken down by {named[0]!r}."
                )

    def _check_needs(self) -> None:
        asked_for = {row.name for row in (*self.dimensions, *dimensions_of(self.filters))}
        reached = any(isinstance(row, Reached) for row in self.filters.of)
        met = {
            Needs.NOTHING: True,
            Needs.DIMENSION: bool(self.dimensions),
            Needs.GOAL: self.by_goal or reached,
            Needs.PAGE: "event:page" in asked_for,
        }
        for row in self.metrics:
            if not met[row.needs]:
                raise QueryError(f"The metric {row.name!r} needs {row.needs.value}.")
            if row.needs is Needs.GOAL:
                self._check_properties(row)

    def _check_properties(self, asked: Metric) -> None:
        """Only outermost filters can be left out to know who could have reached a goal."""
        for tree in self.filters.of:
            if isinstance(tree, Condition):
                continue
            for leaf in leaves(tree):
                if isinstance(leaf, Condition) and leaf.dimension.key:
                    raise QueryError(
                        f"With the metric {asked.name!r} the filter on {leaf.dimension.name!r} can"
                        " stand in no other filter."
                    )


def _is_of_conversion(tree: Filter) -> bool:
    """Whether it says which goals are reached, or with which properties."""
    return isinstance(tree, Reached) or (isinstance(tree, Condition) and bool(tree.dimension.key))


def _with_hostnames(tree: All, by: tuple[Dimension, ...]) -> All:
    """With filters on the host name asked of the page of entry or exit that a row stands for.

    As at Plausible: else a source would be shown for a host that it did not lead to.
    """
    wanted = dict.fromkeys(row.hostname for row in by if row.hostname)
    asked = [
        row
        for row in tree.of
        if isinstance(row, Condition) and row.dimension.name == "event:hostname"
    ]
    return All(
        (*tree.of, *(replace(row, dimension=DIMENSIONS[name]) for name in wanted for row in asked))
    )


def _goals(tree: All, by: tuple[Dimension, ...], defined: Definitions) -> tuple[Goal, ...]:
    """The goals that the outermost filters leave; none where goals are not asked about."""
    filtered = [row.goals for row in tree.of if isinstance(row, Reached)]
    if not filtered and not any(row.name == GOAL for row in by):
        return ()
    return tuple(goal for goal in defined.goals if all(goal in reached for reached in filtered))


def _texts(plain: object, what: str, least: int, most: int) -> list[str]:
    if not isinstance(plain, list | tuple) or not all(isinstance(item, str) for item in plain):
        raise QueryError(f"{what} must be a list of texts.")
    if not least <= len(plain) <= most:
        raise QueryError(f"{what} must have {least} to {most} entries.")
    return list(plain)


def _number(plain: object, what: str, least: int, most: int) -> int:
    if not isinstance(plain, int) or isinstance(plain, bool) or not least <= plain <= most:
        raise QueryError(f"{what} must be a whole number from {least} to {most}.")
    return plain


def first_day_of(site: Site, *, imports: bool) -> date | None:
    """The first day of which a site has events, or totals if those are taken in."""
    hot = Event.objects.filter(site_id=site.pk).aggregate(first=Min("time"))["first"]
    firsts = [first for first in (hot, held(site.pk).first_time) if first]
    found = [min(firsts).astimezone(site.zone).date()] if firsts else []
    imported = first_day(site) if imports else None
    return min([*found, *([imported] if imported else [])], default=None)
