"""The pages of a site's goals."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dashboard.goals import forms, views
from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking.models import Change, Goal, Role, Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
GOALS = "/sites/site.example/goals"
EMPTY = {"event_name": "", "page_path": "", "scroll_threshold": None, "currency": "", "props": {}}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client):
    membership = SeatFactory(site__domain="site.example", role=Role.EDITOR)
    client.force_login(membership.user)
    return membership.site


def stored() -> list[dict]:
    return list(Goal.objects.order_by("pk").values("display_name", *EMPTY))


def happened(site, name: str, times: int = 1, ago: timedelta = timedelta(hours=1)) -> None:
    EventFactory.create_batch(times, site=site, name=name, time=NOW - ago)


def changes() -> list[tuple]:
    return list(Change.objects.order_by("pk").values_list("did", "what", "name"))


@pytest.mark.parametrize(
    ("sent", "goal"),
    [
        (
            {"kind": "event", "event_name": " Signup ", "page_path": "/hidden"},
            {"display_name": "Signup", "event_name": "Signup"},
        ),
        (
            {"kind": "event", "event_name": "Buy", "currency": "eur", "display_name": "Sales"},
            {"display_name": "Sales", "event_name": "Buy", "currency": "EUR"},
        ),
        (
            {"kind": "page", "page_path": "blog/*", "scroll_threshold": "50", "event_name": "x"},
            {"display_name": "Visit /blog/*", "page_path": "/blog/*"},
        ),
        (
            {"kind": "scroll", "page_path": "/blog/*", "scroll_threshold": "50"},
            {
                "display_name": "Scroll 50% on /blog/*",
                "page_path": "/blog/*",
                "scroll_threshold": 50,
            },
        ),
        (
            {
                **{"kind": "event", "event_name": "Signup"},
                **{"property_0": "plan", "value_0": "pro", "property_2": "from", "value_2": "top"},
            },
            {
                "display_name": "Signup",
                "event_name": "Signup",
                "props": {"plan": "pro", "from": "top"},
            },
        ),
    ],
    ids=["event", "revenue", "page", "scroll", "properties"],
)
def test_goal_of_each_kind_is_added_with_what_its_kind_has(client, site, sent, goal):
    response = client.post(GOALS, sent)

    assert (302, [{**EMPTY, **goal}]) == (response.status_code, stored())
    assert [("added", "goal", goal["display_name"])] == changes()


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"event_name": "Poll"}, {"kind": ["This field is required."]}),
        (
            {"kind": "event"},
            {"event_name": ["Enter the name with which the page sends the event."]},
        ),
        ({"kind": "page"}, {"page_path": ["Enter the page's path, such as /pricing."]}),
        (
            {"kind": "scroll", "page_path": "/a"},
            {"scroll_threshold": ["Enter how far the page must be scrolled, in per cent."]},
        ),
        (
            {"kind": "scroll", "page_path": "/a", "scroll_threshold": "101"},
            {"scroll_threshold": ["Ensure this value is less than or equal to 100."]},
        ),
        (
            {"kind": "event", "event_name": "engagement"},
            {"event_name": ["Engagement is no event that a goal can count."]},
        ),
        (
            {"kind": "event", "event_name": "Buy", "currency": "euro"},
            {"currency": ["Ensure this value has at most 3 characters (it has 4)."]},
        ),
        (
            {"kind": "event", "event_name": "Buy", "property_0": "plan"},
            {"value_0": ["Enter the value that the property must have."]},
        ),
        (
            {"kind": "event", "event_name": "Buy", "value_1": "pro"},
            {"property_1": ["Enter the property's name."]},
        ),
        (
            {"kind": "event", "event_name": "Signup", "property_0": "a", "value_0": "b"},
            {"display_name": ["There is a goal “Signup”. Choose another name."]},
        ),
        (
            {"kind": "event", "event_name": "Signup", "display_name": "Again"},
            {"__all__": ["The goal “Signup” counts just this."]},
        ),
    ],
    ids=[
        *("no kind", "no event", "no page", "no depth", "too deep", "engagement", "currency"),
        *("no value", "no property", "name taken", "same goal"),
    ],
)
def test_goal_that_cannot_be_is_refused_beside_the_field(client, site, sent, errors):
    Goal.objects.create(site=site, event_name="Signup")

    response = client.post(GOALS, sent)

    assert (200, errors, 1) == (
        response.status_code,
        response.context["form"].errors,
        Goal.objects.count(),
    )


def test_goal_of_the_same_name_at_another_site_is_no_hindrance(client, site):
    Goal.objects.create(site=SiteFactory(), event_name="Signup")

    client.post(GOALS, {"kind": "event", "event_name": "Signup"})

    assert [site.pk] == list(
        Goal.objects.filter(site=site, event_name="Signup").values_list("site", flat=True)
    )


def test_goal_becomes_one_of_another_kind(client, site):
    goal = Goal.objects.create(
        site=site, event_name="Signup", currency="EUR", props={"plan": "pro"}
    )
    form = client.get(f"{GOALS}/{goal.pk}").context["form"]

    client.post(
        f"{GOALS}/{goal.pk}",
        {"kind": "page", "page_path": "/thanks", "display_name": "Signed up"},
    )

    assert ("event", "plan", "pro") == (
        form["kind"].value(),
        form["property_0"].value(),
        form["value_0"].value(),
    )
    assert [{**EMPTY, "display_name": "Signed up", "page_path": "/thanks"}] == stored()
    assert [("changed", "goal", "Signed up")] == changes()


def test_goal_is_removed(client, site):
    goal = Goal.objects.create(site=site, event_name="Signup")

    client.post(f"{GOALS}/{goal.pk}/remove")

    assert ([], [("deleted", "goal", "Signup")]) == (stored(), changes())


def test_goals_of_another_site_are_not_found(client, site):
    goal = Goal.objects.create(site=SiteFactory(), event_name="Signup")

    statuses = [
        client.get(f"{GOALS}/{goal.pk}").status_code,
        client.post(f"{GOALS}/{goal.pk}/remove").status_code,
    ]

    assert ([404, 404], 1) == (statuses, Goal.objects.count())


def test_events_of_the_last_weeks_without_a_goal_are_suggested(client, site):
    Goal.objects.create(site=site, event_name="Signup")
    happened(site, "pageview", 9)
    happened(site, "Signup")
    happened(site, "404", 2)
    happened(site, "Poll", 3)
    happened(site, "Old", ago=timedelta(days=28))
    happened(SiteFactory(), "Elsewhere")

    found = client.get(GOALS).context["suggested"]

    assert [("Poll", 3, 3, ""), ("404", 2, 2, "Pages that were not found")] == [
        (each.name, each.visitors, each.events, each.words) for each in found
    ]


@pytest.mark.parametrize(
    ("sent", "names"),
    [({"event": "Poll"}, ["Poll"]), ({}, ["Poll", "404"]), ({"event": "Never seen"}, [])],
    ids=["one", "all", "unknown"],
)
def test_suggested_goals_are_added_by_one_click(client, site, sent, names):
    happened(site, "404")
    happened(site, "Poll", 2)

    client.post(f"{GOALS}/suggested", sent)

    assert [{**EMPTY, "display_name": name, "event_name": name} for name in names] == stored()
    assert [("added", "goal", name) for name in names] == changes()


def test_days_of_suggested_events_are_those_of_the_sites_clock(client, site):
    # There it is the eleventh already.
    Site.objects.update(timezone="Pacific/Auckland")
    happened(site, "Poll")

    assert ["Poll"] == [each.name for each in client.get(GOALS).context["suggested"]]


def test_site_has_a_bounded_number_of_goals(client, site, monkeypatch):
    for module in (forms, views):
        monkeypatch.setattr(module, "MOST_GOALS", 2)
    Goal.objects.create(site=site, event_name="Signup")
    for number, name in enumerate(("404", "Poll", "Vote"), 1):
        happened(site, name, number)

    client.post(f"{GOALS}/suggested")
    client.post(GOALS, {"kind": "event", "event_name": "Buy"})

    assert ["Signup", "Vote"] == [each["display_name"] for each in stored()]


def test_change_of_a_goal_is_recorded_with_what_it_was(client, site):
    goal = Goal.objects.create(site=site, event_name="Signup", currency="EUR")

    client.post(
        f"{GOALS}/{goal.pk}",
        {
            "kind": "event",
            "event_name": "Signup",
            "display_name": "Signup",
            "currency": "usd",
        },
    )

    assert {"currency": ["EUR", "USD"]} == Change.objects.get().details


def test_viewer_is_not_let_in(client, site):
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)

    assert 404 == client.get(GOALS).status_code


def test_editor_is_led_to_no_settings_that_are_closed(client, site):
    page = client.get(GOALS).content.decode()

    assert "/sites/site.example/settings" not in page
