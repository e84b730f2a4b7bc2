"""Whatever is asked in the words of the query language is refused with a sentence or answered."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.tracking.warehouse.shop import GERMANS, NOW, shop
from tracking.models import Site
from tracking.warehouse import QueryError, Result, run
from tracking.warehouse.dimensions import DIMENSIONS, GOAL
from tracking.warehouse.metrics import METRICS
from tracking.warehouse.parse import from_json

METRIC_NAMES = list(METRICS)
DIMENSION_NAMES = [*DIMENSIONS, "event:props:plan", "time"]
FILTERED = [name for name in DIMENSION_NAMES if not name.startswith("time") and name != GOAL]
GOALS = ["Buy", "Signup", "Buy pro", "Visit /blog/**", "Scroll 50% on /blog/*"]

texts = st.sampled_from(["/", "/blog/seo", "DE", "Google", "Germany", "(none)", "(not set)", "pro"])


def conditions_on(dimensions: list[str]) -> st.SearchStrategy[list]:
    return st.builds(
        lambda operator, dimension, values: [operator, dimension, values],
        st.sampled_from(["is", "is_not", "contains", "contains_not", "matches", "matches_not"]),
        st.sampled_from(dimensions),
        st.lists(texts, min_size=1, max_size=2),
    )


goals = st.builds(
    lambda operator, names: [operator, GOAL, names],
    st.sampled_from(["is", "contains"]),
    st.lists(st.sampled_from(GOALS), min_size=1, max_size=2),
)
about_events = st.one_of(
    goals, conditions_on([name for name in FILTERED if name.startswith("event:")])
)
leaves = st.one_of(
    conditions_on(FILTERED),
    st.builds(
        lambda word, each: [word, each], st.sampled_from(["has_done", "has_not_done"]), about_events
    ),
    st.just(["is", "segment", [GERMANS]]),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda each: ["not", each], inner),
        st.builds(
            lambda word, several: [word, several],
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=4,
)
questions = st.fixed_dictionaries(
    {
        "metrics": st.lists(st.sampled_from(METRIC_NAMES), min_size=1, max_size=6, unique=True),
        "dimensions": st.lists(st.sampled_from(DIMENSION_NAMES), max_size=3, unique=True),
        "filters": st.lists(st.one_of(trees, goals), max_size=3),
        "date_range": st.sampled_from(["day", "7d", ["2026-03-09", "2026-03-10"], "24h"]),
    },
    optional={
        "include": st.sampled_from(
            [
                {"comparisons": {"mode": "previous_period"}},
                {"comparisons": {"mode": "year_over_year", "match_day_of_week": True}},
            ]
        ),
        "pagination": st.sampled_from([{"limit": 2}, {"limit": 2, "offset": 1}]),
    },
)


def answered(site: Site, question: dict[str, Any]) -> Result | None:
    """None where it is refused when it is read: nothing of it may fail later."""
    try:
        query = from_json(site, question, NOW)
    except QueryError:
        return None
    return run(query)


@pytest.mark.django_db
def test_any_question_is_answered_or_refused_with_a_sentence() -> None:
    site = shop()

    @settings(max_examples=up_to(150))
    @given(question=questions)
    def check(question: dict[str, Any]) -> None:
        result = answered(site, question)
        if result is None:
            return
        widths = {(len(row.dimensions), len(row.metrics)) for row in result.rows}
        assert widths <= {(len(question["dimensions"]), len(question["metrics"]))}
        assert len(result.rows) <= result.total_rows

    check()
