"""The figures of a report: what each is called, how it reads, and what its change means."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.report.formats import Change, Figure, Unit, change, exact, figure


@dataclass(frozen=True)
class Metric:
    """A metric of the query language as people know it."""

    name: str
    title: str
    unit: Unit
    more_is_good: bool = True

    def text(self, value: Figure) -> str:
        return figure(value, self.unit)

    def exact(self, value: Figure) -> str:
        return exact(value, self.unit)


METRICS = {
    metric.name: metric
    for metric in (
        Metric("visitors", "Visitors", "count"),
        Metric("visits", "Visits", "count"),
        Metric("pageviews", "Pageviews", "count"),
        Metric("views_per_visit", "Views per visit", "ratio"),
        Metric("bounce_rate", "Bounce rate", "percent", more_is_good=False),
        Metric("visit_duration", "Visit duration", "seconds"),
    )
}
# Columns of lists besides.
COLUMNS = METRICS | {
    metric.name: metric
    for metric in (
        Metric("scroll_depth", "Scroll depth", "percent"),
        Metric("time_on_page", "Time on page", "seconds"),
    )
}
DEFAULT = "visitors"


@dataclass(frozen=True)
class Headline:
    """One headline figure; `change` is None where there is nothing to compare with.

    `spark` is the path of its course, see `dashboard.report.chart.spark`.
    """

    metric: Metric
    value: Figure
    change: Change | None
    spark: str

    @property
    def text(self) -> str:
        return self.metric.text(self.value)

    @property
    def exact(self) -> str:
        return self.metric.exact(self.value)


def headlines(
    values: Sequence[Figure], before: Sequence[Figure] | None, sparks: Sequence[str]
) -> list[Headline]:
    """The headline figures of one row of all METRICS and the same row of the period before."""
    past = before or [None] * len(values)
    return [
        Headline(metric, value, change(value, then, metric.unit, metric.more_is_good), course)
        for metric, value, then, course in zip(METRICS.values(), values, past, sparks, strict=True)
    ]
