"""Filters asked of events in memory answer as the query engine does."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.test_filters import DAY
from tracking.models import Event, Goal, Site
from tracking.warehouse import Query, QueryError, run
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.evaluate import evaluator
from tracking.warehouse.filter_syntax import read_filters

pytestmark = pytest.mark.django_db

TEXTS = ["", "Google", "google", "GOOGLE", "Straße", "İstanbul", "ΟΔΟΣ", "οδος", "100%"]
BLANKS = ["(not set)", "(none)", "Direct / None", "Direct"]
DIMENSIONS = {
    "event:page": ["/", "/Blog", "/blog/a", "/prices"],
    "event:hostname": ["example.com", "Shop.example.com"],
    "event:name": ["pageview", "Signup"],
    "event:props:plan": ["pro", "Pro", "basic"],
    "visit:source": TEXTS,
    "visit:channel": ["", "Direct", "Organic Search"],
    "visit:country": ["DE", "AT", "QQ", ""],
    "visit:country_name": ["Germany", "germany", "Q", "er", ""],
    "visit:city": TEXTS,
    "visit:device": ["Mobile", "Desktop", ""],
    "visit:utm_campaign": TEXTS,
    "visit:language": ["de-AT", "en", ""],
}


def tree(site: Site, *filters: list):
    return read_filters(list(filters), Definitions(site.pk))


def numbers_by_engine(site: Site, *filters: list) -> list[str]:
    """The property `n` of the events that the filters hold for."""
    query = Query.build(site, ["events"], ["event:props:n"], filters, DAY)
    return sorted(row.dimensions[0] for row in run(query).rows)


def numbers_in_memory(site: Site, *filters: list) -> list[str]:
    holds = evaluator(tree(site, *filters))
    return sorted(
        json.loads(event.props)["n"]
        for event in Event.objects.filter(site_id=site.pk)
        if holds(event) and event.name != "engagement"
    )


@st.composite
def conditions(draw: st.DrawFn) -> list:
    dimension = draw(st.sampled_from(list(DIMENSIONS)))
    operator = draw(st.sampled_from(["is", "is_not", "contains", "contains_not"]))
    known = st.sampled_from([*DIMENSIONS[dimension], *BLANKS])
    options = [{"case_sensitive": False}] if draw(st.booleans()) else []
    return [operator, dimension, draw(st.lists(known, min_size=1, max_size=2)), *options]


FILTERS = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner).map(list),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(
            list
        ),
    ),
    max_leaves=4,
)


@pytest.fixture
def events() -> Site:
    """Events with all values of each dimension."""
    site = SiteFactory()
    for number in range(max(map(len, DIMENSIONS.values()))):
        fields = {name: values[number % len(values)] for name, values in DIMENSIONS.items()}
        plan = fields.pop("event:props:plan")
        page, city = fields.pop("event:page"), fields.pop("visit:country_name")
        columns = {name.partition(":")[2]: value for name, value in fields.items()}
        props = {"n": str(number), **({"plan": plan} if number % 2 else {})}
        EventFactory(site=site, path=page, props=json.dumps(props), region=city, **columns)
    return site


# The events are read, never changed.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(filters=st.lists(FILTERS, min_size=1, max_size=2))
def test_any_filter_holds_for_the_events_for_which_the_engine_says_so(
    events: Site, filters: list
) -> None:
    assert numbers_by_engine(events, *filters) == numbers_in_memory(events, *filters)


def test_a_goal_holds_for_the_events_that_reach_it() -> None:
    site = SiteFactory()
    Goal.objects.create(site=site, event_name="Signup", display_name="Signed up")
    Goal.objects.create(site=site, page_path="/blog*")
    for number, (name, path) in enumerate(
        [("Signup", "/"), ("pageview", "/blog/a"), ("Play", "/")]
    ):
        EventFactory(site=site, name=name, path=path, props=json.dumps({"n": str(number)}))
    for goals in (["Signed up"], ["Visit /blog*"], ["Signed up", "Visit /blog*"]):
        condition = ["is", "event:goal", goals]

        assert numbers_by_engine(site, condition) == numbers_in_memory(site, condition)


@pytest.mark.parametrize(
    ("goal", "condition", "expected"),
    [
        ({"scroll_threshold": 50}, ["is", "event:goal", ["it"]], True),
        ({"scroll_threshold": 50}, ["is", "event:page", ["/blog"]], False),
    ],
    ids=["a goal that scrolling reaches", "another filter"],
)
def test_engagement_is_asked_for_scrolling_alone(
    goal: dict, condition: list, expected: bool
) -> None:
    site = SiteFactory()
    Goal.objects.create(site=site, display_name="it", page_path="/blog", **goal)
    scrolled = EventFactory(site=site, name="engagement", path="/blog", scroll_depth=60)

    assert expected == evaluator(tree(site, condition))(scrolled)


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (["is", "visit:entry_page", ["/"]], "filtered by 'visit:entry_page'"),
        (["is", "visit:bot", ["yes"]], "filtered by 'visit:bot'"),
        (["matches", "event:page", ["^/"]], "by a pattern"),
        (["has_done", ["is", "event:page", ["/"]]], "what a visit has done"),
        (["not", ["or", [["matches", "event:page", ["^/"]]]]], "by a pattern"),
    ],
)
def test_what_one_event_cannot_tell_is_refused(condition: list, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        evaluator(tree(SiteFactory(), condition))
