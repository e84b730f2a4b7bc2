"""Which events reach a goal."""

from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.test_filters import DAY, pages
from tracking.models import Goal
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

PRO = '{"plan": "pro", "seats": "3"}'
EVENT = {"event_name": "Buy"}
PAID = {"event_name": "Buy", "props": {"plan": "pro", "seats": "3"}}
PAGE = {"page_path": "/blog"}
SCROLL = {"page_path": "/blog", "scroll_threshold": 40}


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
