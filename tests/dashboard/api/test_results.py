"""How figures changed."""

from decimal import Decimal

import pytest

from dashboard.api.results import change
from tracking.warehouse.metrics import METRICS
from tracking.warehouse.revenue import Money


@pytest.mark.parametrize(
    ("metric", "before", "now", "expected"),
    [
        ("visitors", 200, 250, 25),
        ("visitors", 3, 2, -33),
        ("visitors", 0, 2, 100),
        ("visitors", 0, 0, 0),
        ("visit_duration", None, 4, None),
        ("visit_duration", 4, None, None),
        ("bounce_rate", 40, 45, 5),
        ("conversion_rate", 1.25, 1.0, -0.2),
        ("total_revenue", Money(Decimal(80), "EUR"), Money(Decimal(100), "EUR"), 25),
    ],
)
def test_change_is_in_per_cent_and_that_of_a_percentage_in_points(metric, before, now, expected):
    assert expected == change(METRICS[metric], before, now)
