"""What can be counted: a metric is a row of `METRICS`.

The definitions are those of Plausible's Stats API v2; `docs/queries.md` tells them in words. The
expressions are over the columns of `tracking.warehouse.schema`, in SQL that all engines share.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from tracking.vitals import VITALS, Vital
from tracking.warehouse.errors import QueryError


class Share(Enum):
    """The visitors of which a group's visitors are a part."""

    ALL = "all"  # of the question without its dimensions
    ALL_REACHABLE = "all reachable"  # the same without filters on goals and properties
    GROUP_REACHABLE = "group reachable"  # of the same group, without these filters


class Needs(Enum):
    """Without which a metric means nothing, in words for a person."""

    NOTHING = ""
    DIMENSION = "a dimension"
    GOAL = "a filter on 'event:goal', or that dimension"
    PAGE = "a filter on 'event:page', or that dimension"


@dataclass(frozen=True)
class Sum:
    """What is counted so that the counts of several parts of the rows add up.

    `over_events` counts rows that may share a visit, `over_visits` rows that are one visit each;
    a sum that has both can be counted in either. `over_stays` counts rows that are what one visit
    did in a group: its greatest scroll `depth` and its `engaged` milliseconds, NULL if none.
    `over_loads` counts pages that were loaded and have web vitals, each a column, NULL if unknown.
    Events of an unknown visitor have visitor and visit 0. `{entered}` becomes the condition that a
    visit entered on the filtered page, `{paid}` that an event has a revenue that counts, `{amount}`
    what that is worth, `{average}` the mean of what is paid, `{percentile}` what this `part` of the
    rows does not exceed in the column `of`.
    Visitors and visits of several parts add up where none is in two of them. What never `adds_up`
    is counted over all rows at once.
    """

    name: str
    over_events: str = ""
    over_visits: str = ""
    over_stays: str = ""
    over_loads: str = ""
    adds_up: bool = True
    part: float = 0
    of: str = "duration"


@dataclass(frozen=True)
class Metric:
    """A figure made of sums, named in braces, or the `share` of visitors.

    It is rounded to so many decimal `places`, if any. `whole` says that the figure is a whole
    number, `empty` what it is where nothing was counted: None for an average of nothing.
    """

    name: str
    figure: str = ""
    sums: tuple[Sum, ...] = ()
    share: Share | None = None
    places: int | None = None
    whole: bool = True
    empty: int | None = 0
    needs: Needs = Needs.NOTHING
    is_revenue: bool = False

    @property
    def is_of_visits(self) -> bool:
        """Whether it can only be counted in visits."""
        return any(row.over_visits and not row.over_events for row in self.sums)

    @property
    def is_of_loads(self) -> bool:
        """Whether it is counted in pages that were loaded."""
        return any(row.over_loads for row in self.sums)


# Of single visits each is another visitor's: see `tracking.warehouse.schema`.
VISITOR_SUM = Sum(
    "visitors",
    "count(DISTINCT nullif(visitor, 0))",
    "count(*) FILTER (WHERE single) + count(DISTINCT if(single, NULL, visitor))",
)
# The same where all events of a row have one page.
VISITORS_OF_PAGE = (
    "count(*) FILTER (WHERE single) + count(DISTINCT if(single, NULL, nullif(visitor, 0)))"
)
VISIT_SUM = Sum("visits", "count(DISTINCT nullif(visit, 0))", "count(*)")
PAGEVIEW_SUM = Sum("pageviews", "count(*) FILTER (WHERE name = 'pageview')")
EVENT_SUM = Sum("events", "count(*)")
AVERAGED = Sum("averaged", over_visits="count(*)")
VIEWS = Sum("views", over_visits="sum(pageviews)")
DURATION = Sum("duration", over_visits="sum(duration)")
ENTRIES = Sum("entries", over_visits="count(*) FILTER (WHERE {entered})")
BOUNCES = Sum("bounces", over_visits="count(*) FILTER (WHERE bounced AND {entered})")
STAYS = Sum("stays", over_stays="count(*)")
DEPTHS = Sum("depths", over_stays="count(depth)")
DEPTH = Sum("depth", over_stays="sum(depth)")
ENGAGED = Sum("engaged", over_stays="sum(engaged)")


def _duration(name: str, part: float) -> Metric:
    counted = Sum(name, over_visits="{percentile} / 1000000", adds_up=False, part=part)
    return _plain(counted, places=0, empty=None)


def _plain(counted: Sum, **more: Any) -> Metric:
    """A sum as it is."""
    return Metric(counted.name, f"{{{counted.name}}}", (counted,), **more)


def _share(name: str, share: Share, places: int, needs: Needs) -> Metric:
    return Metric(name, share=share, places=places, whole=False, needs=needs)


def _of_vital(vital: Vital) -> tuple[Metric, ...]:
    """The percentile, the per cent of loads that are good and poor, and how many loads had it."""
    name = vital.name
    is_whole = not vital.places
    loads = _over_loads(f"{name}_loads", f"count({name})")
    good = _over_loads(f"{name}_well", f"count(*) FILTER (WHERE {name} <= {vital.good})")
    poor = _over_loads(f"{name}_badly", f"count(*) FILTER (WHERE {name} > {vital.poor})")
    at_p75 = replace(_over_loads(f"{name}_p75", "{percentile}"), part=0.75, of=name)
    return (
        _plain(at_p75, places=vital.places, whole=is_whole, empty=None),
        _part_of_loads(f"{name}_good", good, loads),
        _part_of_loads(f"{name}_poor", poor, loads),
        _plain(loads),
    )


def _over_loads(name: str, aggregate: str) -> Sum:
    return Sum(name, over_loads=aggregate, adds_up=False)


def _part_of_loads(name: str, part: Sum, loads: Sum) -> Metric:
    figure = f"1e2 * {{{part.name}}} / nullif({{{loads.name}}}, 0)"
    return Metric(name, figure, (part, loads), places=1, whole=False, empty=None)


def _revenue(name: str, aggregate: str) -> Metric:
    return _plain(Sum(name, aggregate, adds_up=False), empty=None, is_revenue=True)


VISITORS = _plain(VISITOR_SUM)
EVENTS = _plain(EVENT_SUM)
# Where goals are depths of scrolling, what reaches them is engagement, which is no event.
EVENTS_BY_GOAL = _plain(
    replace(EVENT_SUM, over_events="nullif(count(*) FILTER (WHERE name <> 'engagement'), 0)"),
    empty=None,
)
EVENTS_UNKNOWN = _plain(replace(EVENT_SUM, over_events="max(NULL::BIGINT)"), empty=None)

METRICS = {
    row.name: row
    for row in (
        VISITORS,
        _plain(VISIT_SUM),
        _plain(PAGEVIEW_SUM),
        EVENTS,
        Metric(
            "views_per_visit",
            "{views} / {averaged}",
            (VIEWS, AVERAGED),
            places=2,
            whole=False,
            empty=None,
        ),
        Metric(
            "bounce_rate",
            "1e2 * {bounces} / nullif({entries}, 0)",
            (BOUNCES, ENTRIES),
            places=0,
            empty=None,
        ),
        Metric(
            "visit_duration",
            "{duration} / {averaged} / 1000000",
            (DURATION, AVERAGED),
            places=0,
            empty=None,
        ),
        _duration("visit_duration_p50", 0.5),
        _duration("visit_duration_p75", 0.75),
        _duration("visit_duration_p95", 0.95),
        Metric(
            "scroll_depth",
            "{depth} / nullif({depths}, 0)",
            (DEPTH, DEPTHS),
            places=0,
            empty=None,
            needs=Needs.PAGE,
        ),
        Metric(
            "time_on_page",
            "{engaged} / 1e3 / {stays}",
            (ENGAGED, STAYS),
            places=0,
            empty=None,
            needs=Needs.PAGE,
        ),
        _share("percentage", Share.ALL, 1, Needs.DIMENSION),
        _share("conversion_rate", Share.ALL_REACHABLE, 2, Needs.GOAL),
        _share("group_conversion_rate", Share.GROUP_REACHABLE, 2, Needs.GOAL),
        _revenue("total_revenue", "sum({amount}) FILTER (WHERE {paid})"),
        _revenue("average_revenue", "{average}"),
        *(row for vital in VITALS.values() for row in _of_vital(vital)),
    )
}

# All that adds up.
SUMS = tuple(
    dict.fromkeys(row for metric in METRICS.values() for row in metric.sums if row.adds_up)
)

# Whoever comes back on another day has another id.
UNKNOWABLE = {"new_visitors", "returning_visitors"}


def metric(name: object) -> Metric:
    """The metric of that name; raises `QueryError` where there is none."""
    if isinstance(name, str) and name in UNKNOWABLE:
        raise QueryError(
            f"The metric {name!r} needs visitors who are known for longer than a day; this site"
            " knows a visitor again on the same day only."
        )
    if not isinstance(name, str) or name not in METRICS:
        raise QueryError(f"There is no metric {name!r}.")
    return METRICS[name]
