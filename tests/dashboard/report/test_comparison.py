import pytest

from dashboard.report import comparison


@pytest.mark.parametrize(
    ("parameters", "plain"),
    [
        ({}, "previous_period"),
        ({"compare": "none"}, None),
        ({"compare": "year"}, {"mode": "year_over_year", "match_day_of_week": False}),
        (
            {"match": "weekday"},
            {"mode": "previous_period", "match_day_of_week": True},
        ),
        (
            {"with_from": "2025-03-01", "with_to": "2025-03-31", "compare": "year"},
            {"mode": "custom", "date_range": ["2025-03-01", "2025-03-31"]},
        ),
    ],
    ids=["usual", "none", "year", "weekday", "custom"],
)
def test_a_url_asks_for_a_comparison_of_the_query_language(parameters, plain):
    assert plain == plainly(comparison.read(parameters).plain)


def plainly(plain):
    """Without what says nothing."""
    usual = {"mode": "previous_period", "match_day_of_week": False}
    return "previous_period" if plain == usual else plain


@pytest.mark.parametrize(
    "parameters",
    [
        {"compare": "year", "match": "weekday"},
        {"compare": "none"},
        {"with_from": "2025-03-01", "with_to": "2025-03-31"},
        {},
    ],
    ids=["year", "none", "custom", "usual"],
)
def test_its_parameters_ask_for_it_again(parameters):
    found = comparison.read(parameters)

    assert parameters == dict(found.parameters)
