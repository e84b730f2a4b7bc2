"""What an engine answers."""

from dataclasses import dataclass

from tracking.warehouse.metrics import Metric
from tracking.warehouse.query import Query

Figure = int | float | None
Figures = tuple[Figure, ...]


@dataclass(frozen=True)
class Row:
    """One group: its dimensions' values and its metrics, in the order of the question.

    A figure is None where there was nothing to average. `comparison` has the same metrics in the
    previous period, None without a comparison.
    """

    dimensions: tuple[str, ...]
    metrics: Figures
    comparison: Figures | None = None


@dataclass(frozen=True)
class Result:
    """`total_rows` counts the groups on all pages.

    `time_labels` are all buckets of the time dimension in order, empty without one;
    `comparison_labels` those of the previous period.
    """

    query: Query
    rows: list[Row]
    total_rows: int
    time_labels: tuple[str, ...] = ()
    comparison_labels: tuple[str, ...] = ()


def nothing(metrics: tuple[Metric, ...]) -> Figures:
    """The figures of a group in which nothing was counted."""
    return tuple(row.empty for row in metrics)
