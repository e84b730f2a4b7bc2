"""What an engine answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tracking.warehouse.metrics import Metric
from tracking.warehouse.query import Query
from tracking.warehouse.revenue import LeftOut, MetricWarning, Money, left_out_warning, money

Number = float | Decimal | None
Figure = int | float | Money | None
Figures = tuple[Figure, ...]


@dataclass(frozen=True)
class Row:
    """One group: its dimensions' values and its metrics, in the order of the question.

    A figure is None where there was nothing to average, a revenue also where it cannot be known
    (see `Query.warnings`). `comparison` has the same metrics in the period to compare with, None
    without a comparison.
    """

    dimensions: tuple[str, ...]
    metrics: Figures
    comparison: Figures | None = None


@dataclass(frozen=True)
class Result:
    """`total_rows` counts the groups on all pages.

    `time_labels` are all buckets of the time dimension in order, empty without one;
    `comparison_labels` those of the previous period. `left_out` are amounts of money that no figure
    has, of either period.
    """

    query: Query
    rows: list[Row]
    total_rows: int
    time_labels: tuple[str, ...] = ()
    comparison_labels: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def warnings(self) -> dict[str, MetricWarning]:
        """By their names the metrics that cannot be known, or not wholly, and why."""
        known = self.query.warnings
        if not self.left_out or not self.query.reporting:
            return known
        found = left_out_warning(self.left_out, self.query.reporting.currency)
        return {row.name: found for row in self.query.metrics if row.is_revenue} | known


def figures(query: Query, group: Sequence[object], values: Sequence[Number]) -> Figures:
    """A group's metrics from the numbers that an engine gives for them, None for no number.

    `group` has the keys of the question's dimensions.
    """
    currency = query.currency(group) if any(row.is_revenue for row in query.metrics) else ""
    return tuple(
        _figure(metric, value, currency)
        for metric, value in zip(query.metrics, values, strict=True)
    )


def nothing(query: Query, group: Sequence[object]) -> Figures:
    """The figures of a group in which nothing was counted."""
    return figures(query, group, [None] * len(query.metrics))


def _figure(metric: Metric, value: Number, currency: str) -> Figure:
    if metric.is_revenue:
        return money(value, currency)
    if value is None:
        return metric.empty
    return int(value) if metric.whole else float(value)
