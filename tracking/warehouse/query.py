"""A question about a site's visits, frozen and validated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min
from django.utils import timezone

from tracking.models import Event, Site
from tracking.warehouse.buckets import Bucket, buckets
from tracking.warehouse.dimensions import Dimension, Scope, dimension
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import All, Condition, conditions, read_filters
from tracking.warehouse.metrics import Metric, metric
from tracking.warehouse.periods import Period, read_period

MAX_METRICS = 20
MAX_DIMENSIONS = 5
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000


@dataclass(frozen=True)
class Order:
    """By a metric or dimension of the question; `position` counts within its kind."""

    of_dimension: bool
    position: int
    descending: bool


@dataclass(frozen=True)
class Query:
    """Metrics × dimensions × filters × period × comparison × order × page.

    `build` makes one from plain values. `previous` is the period to compare with, None without a
    comparison.
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
        comparison: str | None = None,
        now: datetime | None = None,
    ) -> "Query":
        """The question that plain values ask, in the words of Plausible's Stats API v2.

        The dimension `time` takes the period's own interval. Without an order, time ascends, else
        the first metric descends. `now` is the moment that `day` or `7d` refer to. Raises
        `QueryError` with a sentence that names what is wrong.
        """
        now = now or timezone.now()
        earliest = _first_day(site) if date_range == "all" else None
        period = read_period(date_range, site.zone, now, earliest)
        asked = tuple(metric(name) for name in _texts(metrics, "Metrics", 1, MAX_METRICS))
        by = tuple(
            dimension(f"time:{period.interval}" if name == "time" else name)
            for name in _texts(dimensions, "Dimensions", 0, MAX_DIMENSIONS)
        )
        if comparison not in (None, "previous_period"):
            raise QueryError(f"The comparison must be 'previous_period', not {comparison!r}.")
        query = cls(
            site_id=site.pk,
            metrics=asked,
            dimensions=by,
            filters=read_filters(filters),
            period=period,
            previous=period.previous(now) if comparison else None,
            order_by=_order(order_by, asked, by),
            limit=_number(limit, "The limit", 1, MAX_LIMIT),
            offset=_number(offset, "The offset", 0, MAX_OFFSET),
        )
        query._check()
        return query

    @property
    def time(self) -> Dimension | None:
        """The time dimension, if the question has one."""
        return next((row for row in self.dimensions if row.scope is Scope.TIME), None)

    @property
    def asks_about_events(self) -> bool:
        """Whether a dimension or filter is a property of single events."""
        used = (*self.dimensions, *(row.dimension for row in conditions(self.filters)))
        return any(row.scope is Scope.EVENT for row in used)

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

    def buckets(self, period: Period) -> list[Bucket]:
        """All buckets of the time dimension in a period, in order; none without one."""
        return buckets(period, self.time.column) if self.time else []

    def _check(self) -> None:
        for kind, rows in (("metric", self.metrics), ("dimension", self.dimensions)):
            names = [row.name for row in rows]
            for name in names:
                if names.count(name) > 1:
                    raise QueryError(f"The {kind} {name!r} is asked for twice.")
        if sum(row.scope is Scope.TIME for row in self.dimensions) > 1:
            raise QueryError("Dimensions must not have more than one of time.")
        self.buckets(self.period)
        self._check_mixture()

    def _check_mixture(self) -> None:
        for asked in self.metrics:
            for by in self.dimensions:
                if not asked.over_events and by.scope is Scope.EVENT and not by.entry:
                    raise QueryError(
                        f"The metric {asked.name!r} is one of visits and cannot be broken down by"
                        f" {by.name!r}, which is one of events."
                    )


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


def _order(
    plain: object, metrics: tuple[Metric, ...], dimensions: tuple[Dimension, ...]
) -> tuple[Order, ...]:
    if plain is None:
        first = Order(of_dimension=False, position=0, descending=True)
        times = [i for i, row in enumerate(dimensions) if row.scope is Scope.TIME]
        return (*(Order(True, i, descending=False) for i in times), first)
    if not isinstance(plain, list | tuple) or len(plain) > MAX_METRICS + MAX_DIMENSIONS:
        raise QueryError('The order must be a list such as [["visitors", "desc"]].')
    return tuple(_order_entry(entry, metrics, dimensions) for entry in plain)


def _order_entry(
    entry: object, metrics: tuple[Metric, ...], dimensions: tuple[Dimension, ...]
) -> Order:
    if (
        not isinstance(entry, list | tuple)
        or len(entry) != 2
        or not isinstance(entry[0], str)
        or entry[1] not in ("asc", "desc")
    ):
        raise QueryError(
            'Each entry of the order must be a pair such as ["visitors", "desc"],'
            f" not {entry!r:.100}."
        )
    name, direction = entry
    for position, asked in enumerate(metrics):
        if asked.name == name:
            return Order(False, position, direction == "desc")
    for position, by in enumerate(dimensions):
        if name == by.name or (name == "time" and by.scope is Scope.TIME):
            return Order(True, position, direction == "desc")
    raise QueryError(f"The order names {name!r}, which is not asked for.")


def _first_day(site: Site) -> date | None:
    first = Event.objects.filter(site_id=site.pk).aggregate(first=Min("time"))["first"]
    return first.astimezone(site.zone).date() if first else None
