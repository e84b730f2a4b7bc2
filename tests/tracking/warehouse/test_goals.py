"""Which events reach a goal."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.test_filters import DAY, pages
from tracking.enrich.event import EnrichedEvent
from tracking.models import Event, Goal, Site
from tracking.warehouse import Query, run
from tracking.warehouse import goals as read
from tracking.warehouse.goals import goals_of

pytestmark = pytest.mark.django_db

PRO = '{"plan": "pro", "seats": "3"}'
EVENT = {"event_name": "Buy"}
PAID = {"event_name": "Buy", "props": {"plan": "pro", "seats": "3"}}
PAGE = {"page_path": "/blog"}
SCROLL = {"page_path": "/blog", "scroll_threshold": 40}


def goals(site: Site) -> tuple[read.Goal, ...]:
    return read.goals_of([site.pk])[site.pk]


def engaged(depth: int | None, path: str = "/blog") -> dict[str, Any]:
    return {"name": "engagement", "path": path, "scroll_depth": depth}


@pytest.mark.parametrize(
    ("goal", "event", "reached"),
    [
        pytest.param(EVENT, {"name": "Buy"}, True, id="event"),
        pytest.param(EVENT, {"name": "buy"}, False, id="event in other case"),
        pytest.param(PAID, {"name": "Buy", "props": PRO}, True, id="properties"),
        pytest.param(PAID, {"name": "Buy", "props": '{"plan": "pro"}'}, False, id="one property"),
        pytest.param(PAID, {"name": "Buy"}, False, id="no properties"),
        pytest.param(PAGE, {"path": "/blog"}, True, id="page"),
        pytest.param(PAGE, {"name": "Buy", "path": "/blog"}, False, id="event on the page"),
        pytest.param(SCROLL, engaged(40), True, id="depth reached"),
        pytest.param(SCROLL, engaged(39), False, id="a little less"),
        pytest.param(SCROLL, engaged(None), False, id="no depth"),
        pytest.param(SCROLL, engaged(90, "/"), False, id="depth of another page"),
        pytest.param(SCROLL, {"path": "/blog"}, False, id="page without scrolling"),
    ],
)
def test_event_reaches_a_goal_that_it_fits(goal: dict, event: dict, reached: bool) -> None:
    site = SiteFactory()
    Goal.objects.create(site=site, display_name="it", **goal)
    opened = EventFactory(site=site, path="/start")
    EventFactory(site=site, visit=opened.id, visitor=opened.visitor, **event)

    query = Query.build(site, ["visits"], [], [["is", "event:goal", ["it"]]], DAY)

    assert (1 if reached else 0,) == run(query).rows[0].metrics
    assert reached == any(read.reached(each, goals(site)) for each in Event.objects.all())


@pytest.mark.parametrize(
    ("pattern", "fits", "not_these"),
    [
        ("/blog", ["/blog"], ["/blog/", "/Blog"]),
        ("/blog*", ["/blog", "/blog/a/b", "/blogs"], ["/a/blog"]),
        ("/blog/**", ["/blog/", "/blog/a/b"], ["/blog"]),
        ("/*/edit", ["/a/edit", "/a/b/edit"], ["/edit", "/a/edits"]),
        ("/a.b+c*", ["/a.b+c", "/a.b+cd"], ["/aXb+c", "/a.bbc"]),
        ("/*", ["/", "/a b\nc"], ["x"]),
    ],
)
def test_page_of_a_goal_may_have_stars_for_any_text(
    pattern: str, fits: list[str], not_these: list[str]
) -> None:
    site = SiteFactory()
    Goal.objects.create(site=site, page_path=pattern)
    for path in (*fits, *not_these):
        EventFactory(site=site, path=path)

    assert sorted(fits) == pages(site, ["is", "event:goal", [f"Visit {pattern}"]])
    assert sorted(fits) == sorted(
        each.path for each in Event.objects.all() if read.reached(each, goals(site))
    )


@given(
    pattern=st.text("/ab*\n", min_size=1, max_size=8),
    path=st.text("/ab\n", max_size=10),
)
def test_a_path_fits_its_pattern_as_the_regular_expression_says(pattern: str, path: str) -> None:
    goal = read.Goal("it", "pageview", path=pattern)
    # As RE2 has it, whose $ is no line's end.
    expected = re.search(goal.pattern.removesuffix("$") + r"\Z", path) is not None

    happened = EnrichedEvent(1, 1, datetime(2026, 3, 10, tzinfo=UTC), "pageview", path=path)

    assert expected == bool(read.reached(happened, [goal]))


@pytest.mark.parametrize("props", ["[]", "{", '{"plan": ["pro"]}', "null"])
def test_properties_that_are_no_object_of_texts_reach_nothing(props: str) -> None:
    goal = read.Goal("it", "Buy", props=(("plan", "pro"),))
    happened = EnrichedEvent(1, 1, datetime(2026, 3, 10, tzinfo=UTC), "Buy", props=props)

    assert [] == read.reached(happened, [goal])


def test_the_goals_of_sites_are_read_at_once(django_assert_num_queries: Any) -> None:
    one, other, without = SiteFactory.create_batch(3)
    Goal.objects.create(site=one, event_name="Buy")
    Goal.objects.create(site=one, page_path="/blog")
    Goal.objects.create(site=other, event_name="Signup")

    with django_assert_num_queries(1):
        found = read.goals_of([one.pk, other.pk, without.pk])

    assert {
        one.pk: ("Buy", "Visit /blog"),
        other.pk: ("Signup",),
    } == {site: tuple(goal.name for goal in goals) for site, goals in found.items()}


@pytest.mark.django_db(transaction=True)
def test_the_goals_of_sites_are_read_again_once_one_has_changed(
    django_assert_num_queries: Any,
) -> None:
    site = SiteFactory()
    goal = Goal.objects.create(site=site, event_name="Signup")
    assert ["Signup"] == [each.event for each in goals_of([site.pk])[site.pk]]
    with django_assert_num_queries(1):
        goals_of([site.pk])

    goal.event_name = "Order"
    goal.save()
    assert ["Order"] == [each.event for each in goals_of([site.pk])[site.pk]]
    goal.delete()
    assert {} == goals_of([site.pk])
