"""What the URL of a report asks, and the URLs that ask a little else."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from dashboard.report import figures, periods
from dashboard.report.filters import Filter, parse_all
from dashboard.report.periods import Period
from dashboard.report.widgets import PANELS, WIDGETS, Widget
from tracking.models import Site
from tracking.warehouse import QueryError

# Left as they are in a query string, where they mean nothing, so that a person can read it.
READABLE = ":,/"


@dataclass(frozen=True)
class Question:
    """A site, a period and filters; besides, what the page shows of the answer.

    `metric` is the chart's, `shown` the widgets that stand in their panels instead of the first.
    """

    site: Site
    period: Period
    filters: tuple[Filter, ...] = ()
    metric: str = figures.DEFAULT
    shown: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, Any]:
        """The arguments for `Query.build` that are the same for everything on the page."""
        return {
            "site": self.site,
            "date_range": self.period.date_range,
            "filters": [each.clause for each in self.filters],
        }

    @property
    def state(self) -> list[tuple[str, str]]:
        """The parameters that say what is shown, without what is shown anyway."""
        metric = [] if self.metric == figures.DEFAULT else [("metric", self.metric)]
        return metric + [("show", name) for name in self.shown.values()]

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the figures themselves."""
        return [*self.period.parameters, *(("f", each.parameter) for each in self.filters)]

    def report_url(self, with_state: bool = False) -> str:
        url = reverse("report", args=[self.site.domain])
        return _with(url, self.parameters() + (self.state if with_state else []))

    def widget_url(self, widget: str, **more: str) -> str:
        url = reverse("widget", args=[self.site.domain, widget])
        return _with(url, [*self.parameters(), *more.items()])

    def during(self, period: Period) -> "Question":
        return replace(self, period=period)

    def toggled(self, wanted: Iterable[Filter]) -> "Question":
        """With these filters, or without them if they all hold already."""
        wanted = tuple(wanted)
        if set(wanted) <= set(self.filters):
            return replace(self, filters=tuple(f for f in self.filters if f not in wanted))
        return replace(self, filters=tuple(dict.fromkeys((*self.filters, *wanted))))

    def without(self, unwanted: Filter) -> "Question":
        return replace(self, filters=tuple(f for f in self.filters if f != unwanted))

    def plain(self) -> "Question":
        return replace(self, filters=())

    def showing(self, widget: Widget) -> "Question":
        """With a widget in its panel."""
        shown = {panel: name for panel, name in self.shown.items() if panel != widget.panel}
        if widget.is_shown_by_choice:
            shown[widget.panel] = widget.name
        return replace(self, shown=shown)

    def widget_in(self, panel: str) -> Widget:
        return WIDGETS[self.shown.get(panel, PANELS[panel][0].name)]


def read(site: Site, parameters: QueryDict, today: date) -> Question:
    """The question of a URL; QueryError names the part that is wrong."""
    # What a link asks for comes before what the page shows, which htmx adds.
    metric = next(iter(parameters.getlist("metric")), figures.DEFAULT)
    if metric not in figures.METRICS:
        raise QueryError(f"The metric “{metric}” is not one of {', '.join(figures.METRICS)}.")
    question = Question(
        site, periods.read(parameters, today), parse_all(parameters.getlist("f")), metric
    )
    for name in parameters.getlist("show"):
        if name not in WIDGETS:
            raise QueryError(f"There is no “{name}” to show: {', '.join(WIDGETS)}.")
        question = question.showing(WIDGETS[name])
    return question


def _with(url: str, parameters: list[tuple[str, str]]) -> str:
    return f"{url}?{urlencode(parameters, safe=READABLE)}" if parameters else url
