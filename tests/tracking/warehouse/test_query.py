from typing import Any

import pytest

from tests.factories import SiteFactory
from tracking.warehouse import Query, QueryError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"metrics": []}, "Metrics must have 1 to 20 entries."),
        ({"metrics": "visitors"}, "Metrics must be a list of texts."),
        ({"metrics": ["shoes"]}, "There is no metric 'shoes'."),
        ({"metrics": [["visitors"]]}, "Metrics must be a list of texts."),
        ({"metrics": ["visits", "visits"]}, "The metric 'visits' is asked for twice."),
        ({"dimensions": ["visit:shoe"]}, "There is no dimension 'visit:shoe'."),
        ({"dimensions": ["time:decade"]}, "There is no dimension 'time:decade'."),
        ({"dimensions": None}, "Dimensions must be a list of texts."),
        ({"dimensions": ["event:name"] * 2}, "The dimension 'event:name' is asked for twice."),
        ({"dimensions": ["time", "time:month"]}, "Dimensions must not have more than one of time."),
        ({"dimensions": ["visit:os"] * 6}, "Dimensions must have 0 to 5 entries."),
        ({"filters": "all"}, "Filters must be a list of filters."),
        ({"date_range": "soon"}, "The date range must be"),
        ({"order_by": "visitors"}, "The order must be a list"),
        ({"order_by": [["visitors"]]}, "Each entry of the order must be a pair"),
        ({"order_by": [["visitors", "up"]]}, "Each entry of the order must be a pair"),
        ({"order_by": [["visits", "desc"]]}, "The order names 'visits', which is not asked for."),
        ({"limit": 0}, "The limit must be a whole number from 1 to 10000."),
        ({"limit": True}, "The limit must be a whole number"),
        ({"limit": "9"}, "The limit must be a whole number"),
        ({"offset": -1}, "The offset must be a whole number from 0"),
        ({"comparison": "last_year"}, "The mode of the comparison must be one of previous_period"),
        (
            {"dimensions": ["time:minute"], "date_range": "91d"},
            "The dimension 'time:minute' divides this date range",
        ),
        (
            {"metrics": ["bounce_rate"], "dimensions": ["event:name"]},
            "The metric 'bounce_rate' is one of visits and cannot be broken down by 'event:name'",
        ),
        (
            {"metrics": ["visit_duration"], "dimensions": ["event:props:plan"]},
            "The metric 'visit_duration' is one of visits and .* by 'event:props:plan'",
        ),
        (
            {"metrics": ["bounce_rate"], "dimensions": ["event:goal"]},
            "The metric 'bounce_rate' is one of visits and cannot be broken down by 'event:goal'",
        ),
        (
            {"metrics": ["new_visitors"]},
            "The metric 'new_visitors' needs visitors who are known for longer than a day",
        ),
        ({"metrics": ["percentage"]}, "The metric 'percentage' needs a dimension."),
        ({"metrics": ["conversion_rate"]}, "The metric 'conversion_rate' needs a filter on"),
        (
            {
                "metrics": ["group_conversion_rate"],
                "filters": [["has_done", ["contains", "event:goal", ["x"]]]],
            },
            "The metric 'group_conversion_rate' needs a filter on 'event:goal'",
        ),
        ({"metrics": ["scroll_depth"]}, "The metric 'scroll_depth' needs a filter on 'event:page'"),
        (
            {
                "metrics": ["time_on_page"],
                "filters": [["has_done", ["is", "event:page", ["/"]]]],
            },
            "The metric 'time_on_page' needs a filter on 'event:page'",
        ),
        (
            {
                "metrics": ["conversion_rate"],
                "dimensions": ["event:goal"],
                "filters": [["not", ["is", "event:props:plan", ["pro"]]]],
            },
            "With the metric 'conversion_rate' the filter on 'event:props:plan' can stand in no",
        ),
        (
            {
                "dimensions": ["time:minute"],
                "comparison": {"mode": "custom", "date_range": ["2025-01-01", "2025-02-01"]},
            },
            "The dimension 'time:minute' divides this date range",
        ),
    ],
    ids=str,
)
def test_wrong_question_is_refused_with_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        Query.build(**{"site": SiteFactory(), "metrics": ["visitors"], **wrong})


def test_question_cannot_be_changed() -> None:
    query = Query.build(SiteFactory(), ["visitors"])
    with pytest.raises(AttributeError):
        query.limit = 3  # type: ignore[misc]


def test_time_takes_the_interval_of_the_period() -> None:
    query = Query.build(SiteFactory(), ["visitors"], ["time"], date_range="7d")
    assert [row.name for row in query.dimensions] == ["time:day"]
