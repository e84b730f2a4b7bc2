"""What the URL of a report asks, and the URLs that ask a little else."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict

from dashboard.report import comparison, figures, periods
from dashboard.report.comparison import Comparison
from dashboard.report.conversions import Conversions, conversions_of
from dashboard.report.figures import Metric
from dashboard.report.filters import Filter, parse_all
from dashboard.report.periods import Period, one_of
from dashboard.report.place import Place
from dashboard.report.widgets import PANELS, PROPERTIES, WIDGETS, Widget
from tracking.models import Segment, Site
from tracking.warehouse import QueryError
from tracking.warehouse.dimensions import PROPERTY, dimension

INTERVALS = ("minute", "hour", "day", "week", "month")
SHAPES = ("line", "bars")


@dataclass(frozen=True)
class Question:
    """A period, filters and a comparison; besides, what the page shows of the answer.

    `imports` says whether imported totals are taken in. `metric`, `interval` and `shape` are the
    chart's, the interval empty where it follows from the period. `shown` are the widgets that stand
    in their panels instead of the first. `section` is the route of the page around the figures;
    `kept` are the parameters that are that page's own. `property_key` is the custom property whose
    values are shown, empty for the first there is.
    """

    place: Place
    period: Period
    filters: tuple[Filter, ...] = ()
    segments: tuple[Segment, ...] = ()
    comparison: Comparison = comparison.USUAL
    imports: bool = True
    metric: str = figures.DEFAULT
    interval: str = ""
    shape: str = SHAPES[0]
    shown: dict[str, str] = field(default_factory=dict)
    section: str = "report"
    kept: tuple[tuple[str, str], ...] = ()
    property_key: str = ""

    @property
    def site(self) -> Site:
        return self.place.site

    @property
    def query(self) -> dict[str, Any]:
        """The arguments for `Query.build` that are the same for everything on the page."""
        return {
            "site": self.site,
            "user": self.place.user,
            "date_range": self.period.date_range,
            "filters": [*self.place.fixed, *self.clauses],
            "imports": self.imports,
        }

    @cached_property
    def conversions(self) -> Conversions | None:
        """What it is about, if it is about goals."""
        return conversions_of(self.query, self.place.shows_goals)

    @property
    def figures(self) -> dict[str, Metric]:
        """The headline figures, by their names."""
        return self.conversions.figures if self.conversions else figures.METRICS

    @property
    def clauses(self) -> list[Any]:
        """The filters that a person chose, in the query language."""
        segments = [["is", "segment", [each.pk]] for each in self.segments]
        return segments + [each.clause for each in self.filters]

    @property
    def filter_parameters(self) -> list[tuple[str, str]]:
        """The parameters that say what is left out."""
        segments = [("segment", str(each.pk)) for each in self.segments]
        filters = [("f", each.parameter) for each in self.filters]
        return segments + filters + ([] if self.imports else [("imports", "no")])

    @property
    def chart_state(self) -> list[tuple[str, str]]:
        """The parameters that say how the chart is shown, without what is shown anyway."""
        chart = [("metric", self.metric), ("interval", self.interval), ("chart", self.shape)]
        usual = (figures.DEFAULT, "", SHAPES[0])
        return [pair for pair, without in zip(chart, usual, strict=True) if pair[1] != without]

    @property
    def bare_url(self) -> str:
        """The report as it is but for its period, which is still to be chosen."""
        parameters = [*self.comparison.parameters, *self.filter_parameters, *self.kept]
        return self.place.url(self.section, parameters=parameters)

    @property
    def state(self) -> list[tuple[str, str]]:
        """The parameters that say what is shown, without what is shown anyway."""
        shown = [("show", name) for name in self.shown.values()]
        chosen = [("property", self.property_key)] if self.property_key else []
        return [*self.chart_state, *shown, *chosen]

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the figures themselves."""
        return [
            *self.period.parameters,
            *self.comparison.parameters,
            *self.filter_parameters,
        ]

    def report_url(self, with_state: bool = False) -> str:
        """The page around the figures, as it answers this question."""
        state = self.state if with_state else []
        return self.place.url(self.section, parameters=[*self.parameters(), *self.kept, *state])

    def widget_url(self, widget: str, **more: str) -> str:
        return self.url("widget", widget, **more)

    def url(self, name: str, *rest: str, **more: str) -> str:
        """The address of a route that answers this question."""
        if PROPERTIES in rest:
            wanted = {"property": self.property_key} | more
            more = {name: value for name, value in wanted.items() if value}
        return self.place.url(name, *rest, parameters=[*self.parameters(), *more.items()])

    def during(self, period: Period) -> "Question":
        return replace(self, period=period)

    def compared(self, with_: Comparison) -> "Question":
        return replace(self, comparison=with_)

    def toggled(self, wanted: Iterable[Filter]) -> "Question":
        """With these filters, or without them if they all hold already."""
        wanted = tuple(wanted)
        if set(wanted) <= set(self.filters):
            return replace(self, filters=tuple(f for f in self.filters if f not in wanted))
        return replace(self, filters=tuple(dict.fromkeys((*self.filters, *wanted))))

    def with_filter(self, wanted: Filter) -> "Question":
        return replace(self, filters=tuple(dict.fromkeys((*self.filters, wanted))))

    def without(self, unwanted: Filter) -> "Question":
        return replace(self, filters=tuple(f for f in self.filters if f != unwanted))

    def of_property(self, key: str) -> "Question":
        return replace(self, property_key=key)

    def in_segment(self, segment: Segment) -> "Question":
        """With a segment, or without it if it holds already."""
        if segment in self.segments:
            return replace(self, segments=tuple(s for s in self.segments if s != segment))
        return replace(self, segments=(*self.segments, segment))

    def plain(self) -> "Question":
        return replace(self, filters=(), segments=())

    def showing(self, widget: Widget) -> "Question":
        """With a widget in its panel."""
        shown = {panel: name for panel, name in self.shown.items() if panel != widget.panel}
        if widget.is_shown_by_choice:
            shown[widget.panel] = widget.name
        return replace(self, shown=shown)

    def widget_in(self, panel: str) -> Widget:
        return WIDGETS[self.shown.get(panel, PANELS[panel][0].name)]


def read(place: Place, parameters: QueryDict, today: date) -> Question:
    """The question of a URL; QueryError names the part that is wrong."""
    # What a link asks for comes before what the page shows, which htmx adds.
    first = {name: parameters.getlist(name)[0] for name in parameters}
    question = Question(
        place,
        periods.read(first, today, place.week_start),
        parse_all(parameters.getlist("f")),
        _segments(place, parameters.getlist("segment")),
        comparison.read(first),
        one_of("imports", first.get("imports", "yes"), ("yes", "no")) == "yes",
        one_of("metric", first.get("metric", figures.DEFAULT), figures.NAMES),
        one_of("interval", first.get("interval", ""), ("", *INTERVALS)),
        one_of("chart", first.get("chart", SHAPES[0]), SHAPES),
        property_key=first.get("property", ""),
    )
    if question.property_key:
        dimension(f"{PROPERTY}{question.property_key}")
    for each in question.filters:
        for condition in each.conditions:
            place.check(condition.dimension)
    for name in parameters.getlist("show"):
        if name not in WIDGETS:
            raise QueryError(f"There is no “{name}” to show: {', '.join(WIDGETS)}.")
        question = question.showing(WIDGETS[name])
    # With and without a goal there are other figures to choose from.
    if question.metric not in question.figures:
        question = replace(question, metric=figures.DEFAULT)
    return question


def _segments(place: Place, numbers: list[str]) -> tuple[Segment, ...]:
    known = {str(number): segment for number, segment in place.segments.items()} if numbers else {}
    for number in numbers:
        if number not in known:
            raise QueryError(f"There is no segment “{number}” here.")
    return tuple(dict.fromkeys(known[number] for number in numbers))
