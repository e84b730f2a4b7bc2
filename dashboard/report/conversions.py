"""What a report shows where it is about goals: conversions instead of visits.

As at Plausible: where a filter leaves what reached goals, the headline figures are conversions and
their rate, and each list has the rate of its own rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from dashboard.report.figures import (
    CONVERSION_COLUMNS,
    CONVERSIONS,
    GOAL_COLUMNS,
    REVENUE,
    Metric,
)
from dashboard.report.widgets import GOALS, Widget
from tracking.warehouse import Query, QueryError
from tracking.warehouse.goals import Goal
from tracking.warehouse.revenue import currencies


@dataclass(frozen=True)
class Conversions:
    """`has_revenue` says that one of the goals has a currency, `currency` which one all have."""

    has_revenue: bool
    currency: str = ""

    @property
    def figures(self) -> dict[str, Metric]:
        revenue = REVENUE if self.has_revenue else {}
        return {
            name: replace(metric, currency=self.currency) if metric.unit == "money" else metric
            for name, metric in (CONVERSIONS | revenue).items()
        }


def conversions_of(plain: dict[str, Any], shows_revenue: bool) -> Conversions | None:
    """What a question, as `Query.build` takes it, is about; None where it is about no goals."""
    try:
        query = Query.build(metrics=["conversion_rate", "total_revenue"], **plain)
    except QueryError:
        # It names no goal, or is refused anyway wherever it is asked.
        return None
    return Conversions(shows_revenue and has_revenue(query.goals), query.currency(()))


def has_revenue(goals: Iterable[Goal]) -> bool:
    return bool(currencies(tuple(goals)))


def columns(
    widget: Widget, own: dict[str, Metric], conversions: Conversions | None, has_revenue: bool
) -> dict[str, Metric]:
    """The columns of a list, by the names of their metrics.

    own: those that it has by itself
    has_revenue: whether a goal of the site has a currency
    """
    if widget.dimension == GOALS:
        found, with_revenue = GOAL_COLUMNS, has_revenue
    elif conversions:
        found, with_revenue = CONVERSION_COLUMNS, conversions.has_revenue
    else:
        return own
    return found | ({"total_revenue": REVENUE["total_revenue"]} if with_revenue else {})
