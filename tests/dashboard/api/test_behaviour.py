"""Funnels and journeys: /api/v2/funnel, /api/v2/journey and /api/v1/sites/funnels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.dashboard.api.asking import asking
from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking.models import Change, Funnel, Goal

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ASKED = {"site_id": "northpeak.example", "date_range": ["2026-03-10", "2026-03-10"]}
SITE_ID = {"site_id": "northpeak.example"}
FUNNELS = "/api/v1/sites/funnels"
STEPS = [{"page": "/"}, {"event": "Signup", "props": {"plan": "pro"}}, {"goal": "Paid"}]


@pytest.fixture
def owned():
    """The membership of a person who owns a site, which has a goal."""
    seat = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    Goal.objects.create(site=seat.site, page_path="/paid", display_name="Paid")
    return seat


def walked(site: Any, *what: str, days: int = 0) -> None:
    """A visit of a new visitor, a minute from one to the other: pages, or names of events."""
    first = None
    for number, each in enumerate(what):
        joined = {} if first is None else {"visit": first.visit, "visitor": first.visitor}
        page = each.startswith("/")
        event = EventFactory(
            site=site,
            time=NOON + timedelta(days=days, minutes=number),
            name="pageview" if page else each,
            path=each if page else "/",
            props="" if page else '{"plan": "pro"}',
            **joined,
        )
        first = first or event


def test_a_funnel_tells_of_each_step_who_came_and_where_others_went(owned):
    walked(owned.site, "/", "/help", "Signup", "/paid")
    walked(owned.site, "/", "Signup", "/help")
    walked(owned.site, "/paid", "/")
    walked(owned.site, "/", days=-1)

    status, answer = asking(owned.user)(
        "POST",
        "/api/v2/funnel",
        {
            **ASKED,
            "steps": STEPS,
            "scope": "visit",
            "include": {"comparisons": "previous_period", "elsewhere": True},
        },
    )

    assert (200, "visit", ["2026-03-09T00:00:00+00:00", "2026-03-09T23:59:59+00:00"]) == (
        status,
        answer["query"]["scope"],
        answer["query"]["comparison_date_range"],
    )
    assert [
        {
            "name": "/",
            "visitors": 3,
            "share_of_start": 100.0,
            "share_of_previous": 100.0,
            "dropped": 0,
            "comparison": {"visitors": 1, "share_of_start": 100.0},
            "elsewhere": [{"page": None, "visitors": 1}],
        },
        {
            "name": "Signup",
            "visitors": 2,
            "share_of_start": 66.7,
            "share_of_previous": 66.7,
            "dropped": 1,
            "comparison": {"visitors": 0, "share_of_start": 0.0},
            "elsewhere": [{"page": "/help", "visitors": 1}],
        },
        {
            "name": "Paid",
            "visitors": 1,
            "share_of_start": 33.3,
            "share_of_previous": 50.0,
            "dropped": 1,
            "comparison": {"visitors": 0, "share_of_start": 0.0},
        },
    ] == answer["results"]


def test_a_journey_tells_the_pages_after_those_that_were_chosen(owned):
    walked(owned.site, "/", "/a", "/b")
    walked(owned.site, "/", "/a", "/a", "/c")
    walked(owned.site, "/", "/a")
    walked(owned.site, "/", "/b")
    ask = asking(owned.user)

    status, answer = ask("POST", "/api/v2/journey", {**ASKED, "path": ["/", "/a"]})
    _, back = ask(
        "POST",
        "/api/v2/journey",
        {**ASKED, "start": {"page": "/b"}, "direction": "before", "limit": 1},
    )

    assert (200, {"visitors": 3, "visits": 3}) == (status, answer["meta"])
    assert [(None, 1, 33.3), ("/b", 1, 33.3), ("/c", 1, 33.3)] == [
        (row["page"], row["visitors"], row["share"]) for row in answer["results"]
    ]
    assert [{"page": "/", "visitors": 1, "visits": 1, "share": 50.0}] == back["results"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("funnel", {"steps": [{"page": "/"}]}, "A funnel has 2 to 8 steps, not 1."),
        (
            "funnel",
            {"steps": [{"page": "/"}, {"goal": "Gone"}]},
            "The goal 'Gone' is not one of this site's.",
        ),
        (
            "funnel",
            {"steps": [{"page": "/"}, {"page": "/a", "goal": "Paid"}]},
            "A step must have one of page, event and goal; an event also props.",
        ),
        (
            "funnel",
            {"steps": [{"page": "/"}, {"page": "blog"}]},
            "The page of a step must begin with a slash, or with a star.",
        ),
        (
            "funnel",
            {"steps": STEPS, "scope": "week"},
            "The scope must be one of visitor, visit.",
        ),
        ("journey", {"direction": "up"}, "The direction must be one of after, before."),
        ("journey", {"path": ["/"] * 11}, "The path must be a list of at most 10 pages."),
        ("journey", {"limit": 101}, "The limit must be a whole number from 1 to 100."),
    ],
    ids=["one step", "goal", "two kinds", "page", "scope", "direction", "path", "limit"],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(owned, path, body, sentence):
    found = asking(owned.user)("POST", f"/api/v2/{path}", {**ASKED, **body})

    assert (400, {"error": sentence}) == found


def test_a_funnel_is_saved_listed_changed_and_deleted(owned):
    ask = asking(owned.user)
    wanted = {**SITE_ID, "name": "Checkout", "steps": STEPS}

    _, made = ask("PUT", FUNNELS, wanted)
    ask("PUT", FUNNELS, wanted)
    _, changed = ask("PUT", FUNNELS, {**wanted, "scope": "visit"})
    _, listed = ask("GET", f"{FUNNELS}?site_id=northpeak.example")
    deleted = ask("DELETE", f"{FUNNELS}/{made['id']}", SITE_ID)

    shown = {"id": made["id"], "name": "Checkout", "steps": STEPS, "scope": "visitor"}
    assert {"domain": "northpeak.example", **shown} == made
    assert {**made, "scope": "visit"} == changed
    assert [{**shown, "scope": "visit"}] == listed["funnels"]
    assert (200, {"deleted": True}) == deleted
    assert [] == list(Funnel.objects.all())
    assert [("added", "funnel"), ("changed", "funnel"), ("deleted", "funnel")] == list(
        Change.objects.values_list("did", "what")
    )
