import pytest

from dashboard.report import filters
from dashboard.report.filters import Filter
from tracking.warehouse import QueryError


@pytest.mark.parametrize(
    ("parameter", "clause"),
    [
        ("is,event:goal,A", ["is", "event:goal", ["A"]]),
        (
            "is,event:goal,A|is,visit:os,Mac",
            ["or", [["has_done", ["is", "event:goal", ["A"]]], ["is", "visit:os", ["Mac"]]]],
        ),
        ("is_not,event:goal,A", ["has_not_done", ["is", "event:goal", ["A"]]]),
        (
            "contains_not,event:goal,A|is,visit:os,Mac",
            [
                "or",
                [
                    [
                        "has_not_done",
                        ["contains", "event:goal", ["A"], {"case_sensitive": False}],
                    ],
                    ["is", "visit:os", ["Mac"]],
                ],
            ],
        ),
    ],
    ids=["alone", "beside another", "not reached", "neither contained"],
)
def test_a_goal_is_asked_for_as_the_query_language_can(parameter: str, clause: list):
    assert clause == filters.parse(parameter).clause


def test_a_parameter_reads_as_operator_dimension_and_values():
    assert Filter.of("is", "visit:country", "DE", "AT") == filters.parse("is,visit:country,DE,AT")


@pytest.mark.parametrize(
    "value",
    [
        "Washington, D.C.",
        "100%",
        "%2C",
        "",
        "a\\,b",
        "ü+ &=#",
        "a|b",
        "%7C",
        "<script>alert(1)</script>",
    ],
)
def test_any_value_comes_back_from_its_parameter(value: str):
    given = Filter.of("is", "event:page", value, "other")

    assert given == filters.parse(given.parameter)


@pytest.mark.parametrize(
    ("parameter", "sentence"),
    [
        ("", "The filter “” does not begin with is, is_not, contains"),
        ("like,visit:country,DE", "The filter “like,visit:country,DE” does not begin with is"),
        ("is,visit:shoe,42", "The filter “is,visit:shoe,42” names no dimension"),
        ("is,visit:country", "The filter “is,visit:country” has no value."),
    ],
)
def test_a_parameter_that_means_nothing_is_refused_with_a_sentence(parameter: str, sentence: str):
    with pytest.raises(QueryError, match=sentence):
        filters.parse(parameter)


def test_the_same_filter_twice_is_one():
    assert (Filter.of("is", "visit:os", "Mac"),) == filters.parse_all(["is,visit:os,Mac"] * 2)


def test_too_many_filters_are_refused():
    with pytest.raises(QueryError, match="There are 21 filters; at most 20"):
        filters.parse_all(f"is,event:page,/{number}" for number in range(21))


def test_a_clause_is_the_query_languages():
    assert ["is", "visit:os", ["Mac"]] == Filter.of("is", "visit:os", "Mac").clause


def test_what_is_contained_may_have_any_case():
    clause = Filter.of("contains", "event:page", "/Blog").clause

    assert ["contains", "event:page", ["/Blog"], {"case_sensitive": False}] == clause


def test_a_filter_reads_in_words():
    given = Filter.of("is_not", "visit:country", "DE", "AT")

    assert "Country is not Germany, Austria" == given.text


def test_conditions_of_which_one_must_hold_stand_with_bars_between():
    given = filters.parse("is,visit:os,iOS|contains,event:page,/a%7Cb")

    assert (
        "is,visit:os,iOS|contains,event:page,/a%7Cb",
        [
            "or",
            [
                ["is", "visit:os", ["iOS"]],
                ["contains", "event:page", ["/a|b"], {"case_sensitive": False}],
            ],
        ],
        "System is iOS or Page contains /a|b",
    ) == (given.parameter, given.clause, given.text)


def test_a_property_goes_by_its_own_name():
    assert "Property author is Ada" == filters.parse("is,event:props:author,Ada").text
