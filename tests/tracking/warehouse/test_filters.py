import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tracking.models import Event, Site
from tracking.warehouse import Query, QueryError, run
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.filter_syntax import read_filters

pytestmark = pytest.mark.django_db

DAY = ["2026-03-10", "2026-03-10"]
HOSTILE = (
    *("it's", '"quoted"', "100%", "%", "_", "\\", "a\\b", "$p0", "{entered}", "?", "/**/", "--"),
    *("'; DROP TABLE tracking_event; --", "<script>alert(1)</script>", "💥", "\u202eabc", "ǅ"),
    *("(not set)", "(none)", "Direct / None", "$.a", "/a", " ", "\x01", "\x7f", "É"),
)
SURROGATES = {"blacklist_categories": ("Cs",), "blacklist_characters": "\x00"}


def pages(site: Site, *filters: list) -> list[str]:
    """The pages of the events that the filters hold for."""
    query = Query.build(site, ["events"], ["event:page"], filters, DAY)
    return sorted(row.dimensions[0] for row in run(query).rows)


@pytest.fixture
def shop() -> Site:
    site = SiteFactory()
    for path in ("/", "/blog", "/Blog/one", "/shop"):
        EventFactory(site=site, path=path)
    return site


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (["is", "event:page", ["/blog", "/shop"]], ["/blog", "/shop"]),
        (["is_not", "event:page", ["/blog", "/shop"]], ["/", "/Blog/one"]),
        (["contains", "event:page", ["blog", "hop"]], ["/blog", "/shop"]),
        (["contains_not", "event:page", ["blog", "hop"]], ["/", "/Blog/one"]),
        (["matches", "event:page", ["^/$", "(?i)^/blog"]], ["/", "/Blog/one", "/blog"]),
        (["matches_not", "event:page", ["^/$", "(?i)^/blog"]], ["/shop"]),
        (["is", "event:page", ["/BLOG"], {"case_sensitive": False}], ["/blog"]),
        (
            ["is_not", "event:page", ["/BLOG"], {"case_sensitive": False}],
            ["/", "/Blog/one", "/shop"],
        ),
        (["contains", "event:page", ["BLOG"], {"case_sensitive": False}], ["/Blog/one", "/blog"]),
        (["contains", "event:page", ["BLOG"], {"case_sensitive": True}], []),
        (["not", ["is", "event:page", ["/"]]], ["/Blog/one", "/blog", "/shop"]),
        (
            ["or", [["is", "event:page", ["/"]], ["contains", "event:page", ["one"]]]],
            ["/", "/Blog/one"],
        ),
        (
            [
                "and",
                [["contains", "event:page", ["log"]], ["not", ["matches", "event:page", ["e$"]]]],
            ],
            ["/blog"],
        ),
    ],
    ids=lambda value: json.dumps(value) if value and isinstance(value[0], str) else "",
)
def test_filter_holds_for(shop: Site, condition: list, expected: list[str]) -> None:
    assert pages(shop, condition) == expected


def test_filters_of_a_list_hold_together(shop: Site) -> None:
    found = pages(shop, ["contains", "event:page", ["o"]], ["is_not", "event:page", ["/shop"]])
    assert found == ["/Blog/one", "/blog"]


@pytest.mark.parametrize(
    ("dimension", "blank", "field", "value"),
    [
        ("visit:source", "Direct / None", "source", "Google"),
        ("visit:referrer", "Direct / None", "referrer", "https://a.example/"),
        ("visit:channel", "Direct", "channel", "Email"),
        ("visit:utm_medium", "(not set)", "utm_medium", "cpc"),
        ("visit:device", "(not set)", "device", "Mobile"),
        ("visit:country", "(not set)", "country", "DE"),
        ("event:props:plan", "(none)", "props", '{"plan": "pro"}'),
    ],
)
def test_blank_value_is_filtered_by_its_name(
    dimension: str, blank: str, field: str, value: str
) -> None:
    site = SiteFactory()
    EventFactory(site=site, path="/without")
    EventFactory(site=site, path="/with", **{field: value})
    assert pages(site, ["is", dimension, [blank]]) == ["/without"]
    assert pages(site, ["is_not", dimension, [blank]]) == ["/with"]


def test_channel_called_direct_is_one_with_the_blank_one() -> None:
    site = SiteFactory()
    EventFactory(site=site, path="/named", channel="Direct")
    EventFactory(site=site, path="/blank")
    result = run(Query.build(site, ["visitors"], ["visit:channel"], [], DAY))
    assert [(row.dimensions, row.metrics) for row in result.rows] == [(("Direct",), (2,))]
    assert pages(site, ["is", "visit:channel", ["Direct"]]) == ["/blank", "/named"]


@pytest.mark.parametrize(
    ("dimension", "called"),
    [
        ("visit:source", {"source": "Direct / None"}),
        ("visit:utm_campaign", {"utm_campaign": "(not set)"}),
        ("visit:city", {"city": "(not set)"}),
        ("event:name", {"name": "(not set)"}),
    ],
)
def test_value_called_as_the_blank_one_is_one_with_it(dimension: str, called: dict) -> None:
    site = SiteFactory()
    EventFactory(site=site, **called)
    EventFactory(site=site, **dict.fromkeys(called, ""))
    result = run(Query.build(site, ["visitors"], [dimension], [], DAY))
    assert [((*called.values(),), (2,))] == [(row.dimensions, row.metrics) for row in result.rows]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_is_stored_found_and_filtered_as_it_is(value: str) -> None:
    site = SiteFactory()
    EventFactory(site=site, path=value, utm_term=f"x{value}", props=json.dumps({value: value}))
    EventFactory(site=site, path="other", props=json.dumps({"other": "other"}))
    for condition in (
        ["is", "event:page", [value]],
        ["contains", "event:page", [value]],
        ["is", "visit:utm_term", [f"x{value}"]],
        ["contains", f"event:props:{value}", [value]],
    ):
        assert pages(site, condition) == [value]
    by_key = run(
        Query.build(site, ["events"], [f"event:props:{value}"], [], DAY, [["events", "asc"]])
    )
    assert {row.dimensions[0] for row in by_key.rows} == {value, "(none)"}
    assert Event.objects.filter(site_id=site.pk).count() == 2


@settings(max_examples=up_to(40))
@given(
    value=st.text(st.characters(**SURROGATES), min_size=1, max_size=30),
    key=st.text(st.characters(**SURROGATES), min_size=1, max_size=30),
)
def test_any_text_is_found_by_itself(value: str, key: str) -> None:
    site = SiteFactory()
    EventFactory(site=site, path="/it", props=json.dumps({key: value}))
    EventFactory(site=site, path="/other")
    assert pages(site, ["contains", f"event:props:{key}", [value]]) == ["/it"]


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        (None, "Filters must be a list of filters."),
        ({"is": 1}, "Filters must be a list of filters."),
        (["is"], r"A filter must be a list such as .*, not 'is'"),
        ([[]], "A filter must be a list such as"),
        ([["has", "event:page", ["/"]]], "There is no filter operator 'has'."),
        ([[["is"], "event:page", ["/"]]], "There is no filter operator"),
        ([["is", "event:page"]], 'The filter "is" must have a dimension and a list of values.'),
        ([["is", "event:shoe", ["/"]]], "There is no dimension 'event:shoe'."),
        ([["is", 7, ["/"]]], "A dimension must be a text, not 7."),
        ([["is", "time:day", ["x"]]], "The filter on 'time:day' is not possible"),
        (
            [["is", "event:page", []]],
            "The filter on 'event:page' must have a list of 1 to 1000 values",
        ),
        ([["is", "event:page", "/"]], "The filter on 'event:page' must have a list"),
        ([["is", "event:page", ["x"] * 1001]], "The filter on 'event:page' must have a list"),
        ([["is", "event:page", [3]]], "The values of the filter on 'event:page' must be texts."),
        ([["is", "event:page", ["x" * 2001]]], "The values of .*'event:page' must not be longer"),
        ([["is", "event:page", ["\ud800"]]], "The values of .*'event:page' must be valid Unicode."),
        ([["is", "event:page", ["/"], {"fuzzy": True}]], "'event:page' knows no option besides"),
        ([["is", "event:page", ["/"], True]], "'event:page' knows no option besides"),
        ([["is", "event:page", ["/"], {"case_sensitive": 0}]], "case_sensitive .* must be"),
        ([["matches", "event:page", ["/"], {"case_sensitive": False}]], "'event:page' .*leave"),
        ([["and"]], 'The filter "and" must be a list of filters.'),
        ([["or", []]], 'The filter "or" must have at least one filter'),
        ([["not"]], 'The filter "not" must have exactly one filter'),
        ([["and", [["is", "event:page", ["/"]]] * 101]], "more than 100 conditions"),
        ([["or", [["is", "event:page", ["/"]]] * 60]] * 2, "more than 100 conditions"),
        (
            [["is", "event:props:", ["/"]]],
            "The property's name in 'event:props:' must have 1 to 300",
        ),
    ],
)
def test_what_is_no_filter_is_refused_with_a_sentence(plain: object, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        read_filters(plain, Definitions(0))


def test_nesting_has_a_limit() -> None:
    plain: list = ["is", "event:page", ["/"]]
    for _ in range(10):
        plain = ["not", plain]
    with pytest.raises(QueryError, match="nested deeper than 10 levels"):
        read_filters([plain], Definitions(0))


def test_pattern_that_re2_refuses_is_refused_with_a_sentence(shop: Site) -> None:
    with pytest.raises(QueryError, match=r"The filter on 'event:page' has a pattern .* RE2"):
        pages(shop, ["matches", "event:page", ["("]])
