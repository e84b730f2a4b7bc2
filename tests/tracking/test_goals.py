"""Goals in Python count what the query engine counts; its own tests have the same cases."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import SiteFactory
from tracking.goals import fits, goals_of, reached
from tracking.models import Event, Goal
from tracking.warehouse import goals as asked

PRO = '{"plan": "pro", "seats": "3"}'
EVENT = {"event_name": "Buy"}
PAID = {"event_name": "Buy", "props": {"plan": "pro", "seats": "3"}}
PAGE = {"page_path": "/blog"}
BLOG = {"page_path": "/blog/*"}
SCROLL = {"page_path": "/blog", "scroll_threshold": 40}
SEEN = {"page_path": "/blog", "scroll_threshold": 0}


def engaged(depth: int | None, path: str = "/blog") -> dict[str, Any]:
    return {"name": "engagement", "path": path, "scroll_depth": depth}


@pytest.mark.parametrize(
    ("goal", "event", "is_reached"),
    [
        pytest.param(EVENT, {"name": "Buy"}, True, id="event"),
        pytest.param(EVENT, {"name": "buy"}, False, id="event in other case"),
        pytest.param(PAID, {"name": "Buy", "props": PRO}, True, id="properties"),
        pytest.param(PAID, {"name": "Buy", "props": '{"plan": "pro"}'}, False, id="one property"),
        pytest.param(PAID, {"name": "Buy"}, False, id="no properties"),
        pytest.param(PAGE, {"path": "/blog"}, True, id="page"),
        pytest.param(PAGE, {"name": "Buy", "path": "/blog"}, False, id="event on the page"),
        pytest.param(BLOG, {"path": "/blog/a"}, True, id="pages"),
        pytest.param(SCROLL, engaged(40), True, id="depth reached"),
        pytest.param(SCROLL, engaged(39), False, id="a little less"),
        pytest.param(SCROLL, engaged(None), False, id="no depth"),
        pytest.param(SCROLL, engaged(90, "/"), False, id="depth of another page"),
        pytest.param(SCROLL, {"path": "/blog"}, False, id="page without scrolling"),
        pytest.param(SEEN, engaged(0), True, id="no depth wanted"),
    ],
)
def test_event_reaches_a_goal_that_it_fits(db, goal, event, is_reached):
    stored = Goal.objects.create(site=SiteFactory(), display_name="it", **goal)

    found = reached(goals_of(stored.site_id), Event(**{"name": "pageview", "path": "/", **event}))

    assert ([stored.pk] if is_reached else []) == list(found)


def test_goals_are_those_of_one_site_in_the_order_in_which_they_were_made(db):
    site = SiteFactory()
    made = [Goal.objects.create(site=site, page_path=path) for path in ("/b", "/*", "/a")]
    Goal.objects.create(site=SiteFactory(), page_path="/a")

    found = reached(goals_of(site.pk), Event(name="pageview", path="/a"))

    assert [made[1].pk, made[2].pk] == list(found)


@given(st.text("/a*\n", max_size=8), st.text("/a*\n", max_size=8))
def test_path_fits_as_the_query_engine_has_it(pattern, path):
    goal = asked.Goal("it", "pageview", path=pattern)

    assert bool(re.fullmatch(goal.pattern, path)) == fits(path, pattern)


def test_pattern_of_many_stars_takes_no_time():
    assert not fits("/" + "a" * 2000 + "c", "/" + "*a" * 240 + "b")
