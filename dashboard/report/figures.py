"""The figures of a report: what each is called, how it reads, and what its change means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.report import formats
from dashboard.report.formats import Change, Figure, Unit, change
from tracking.warehouse.revenue import Money


@dataclass(frozen=True)
class Metric:
    """A metric of the query language as people know it.

    `course` is the metric that is asked for over time, where it is another one. Of money,
    `currency` is that of figures which do not say it themselves.
    """

    name: str
    title: str
    unit: Unit
    more_is_good: bool = True
    course: str = ""
    currency: str = ""

    @property
    def over_time(self) -> str:
        return self.course or self.name

    def text(self, value: Figure | Money) -> str:
        return formats.figure(*self._amount(value))

    def exact(self, value: Figure | Money) -> str:
        return formats.exact(*self._amount(value))

    def _amount(self, value: Figure | Money) -> tuple[Figure, Unit, str]:
        currency = value.currency if isinstance(value, Money) else self.currency
        return number(value), self.unit, currency


def by_name(*metrics: Metric) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


METRICS = by_name(
    Metric("visitors", "Visitors", "count"),
    Metric("visits", "Visits", "count"),
    Metric("pageviews", "Pageviews", "count"),
    Metric("views_per_visit", "Views per visit", "ratio"),
    Metric("bounce_rate", "Bounce rate", "percent", more_is_good=False),
    Metric("visit_duration", "Visit duration", "seconds"),
)
# Columns of lists besides.
COLUMNS = METRICS | by_name(
    Metric("events", "Events", "count"),
    Metric("scroll_depth", "Scroll depth", "percent"),
    Metric("time_on_page", "Time on page", "seconds"),
)
# Instead of METRICS, where a report is about goals. Of each step its own share is asked for.
CONVERSIONS = by_name(
    Metric("visitors", "Unique conversions", "count"),
    Metric("events", "Total conversions", "count"),
    Metric("conversion_rate", "Conversion rate", "rate", course="group_conversion_rate"),
)
REVENUE = by_name(
    Metric("total_revenue", "Revenue", "money"),
    Metric("average_revenue", "Average revenue", "money"),
)
# Instead of a list's own columns, where a report is about goals: the share is of each row's own.
CONVERSION_COLUMNS = by_name(
    Metric("visitors", "Conversions", "count"),
    Metric("events", "Total", "count"),
    Metric("group_conversion_rate", "Rate", "rate"),
)
GOAL_COLUMNS = by_name(
    Metric("visitors", "Uniques", "count"),
    Metric("events", "Total", "count"),
    Metric("conversion_rate", "Rate", "rate"),
)
DEFAULT = "visitors"
NAMES = tuple(METRICS | CONVERSIONS | REVENUE)


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
    values: Sequence[Figure | Money],
    before: Sequence[Figure | Money] | None,
    sparks: Sequence[str],
    metrics: Iterable[Metric] = METRICS.values(),
) -> list[Headline]:
    """The headline figures of one row of all the metrics and the same row of the period before."""
    past = before or [None] * len(values)
    return [
        Headline(
            metric,
            number(value),
            change(
                number(value),
                number(then),
                metric.unit,
                metric.more_is_good,
                metric.exact(then),
            ),
            course,
        )
        for metric, value, then, course in zip(metrics, values, past, sparks, strict=True)
    ]


def number(value: Figure | Money) -> Figure:
    """The figure as a number; an amount of money without its currency."""
    return float(value.value) if isinstance(value, Money) else value
