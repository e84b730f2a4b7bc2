"""What a filter suggests."""

import json
from datetime import timedelta

import pytest

from tests.dashboard.report.visited import NOW, visited
from tests.factories import EventFactory
from tracking.models import Goal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def suggested(client, parameters: str) -> list[str]:
    found = client.get(f"/sites/site.example/suggestions?{parameters}").context["suggestions"]
    return [f"{each.value} {each.title} {each.note}" for each in found]


def test_values_are_suggested_from_the_visits_of_the_period_and_its_filters(client, site):
    visited(site, country="DE", os="Mac")
    visited(site, country="DE", os="Mac")
    visited(site, country="DK", os="iOS")
    EventFactory(site=site, time=NOW - timedelta(days=60), country="DJ", os="Mac")

    assert (["DE Germany 2", "DK Denmark 1"], ["DE Germany 2"], ["DK Denmark 1"]) == (
        suggested(client, "dimension=visit:country"),
        suggested(client, "dimension=visit:country&f=is,visit:os,Mac"),
        suggested(client, "dimension=visit:country&text=denm"),
    )


def test_goals_are_suggested_by_their_names(client, site):
    for name in ("Signup", "Purchase"):
        Goal.objects.create(site=site, event_name=name)

    assert ["Purchase Purchase ", "Signup Signup "] == suggested(client, "dimension=event:goal")
    assert ["Signup Signup "] == suggested(client, "dimension=event:goal&text=sign")


def test_the_names_of_properties_are_suggested_and_then_their_values(client, site):
    for plan in ("pro", "pro", "free"):
        visited(site, name="Signup", props=json.dumps({"plan": plan, "Seats": "5"}))
    for _ in range(3):
        visited(site, name="engagement", props=json.dumps({"vitals:lcp": "900"}))
        visited(site)
    EventFactory(site=site, time=NOW - timedelta(days=60), props=json.dumps({"old": "1"}))

    assert ["Seats Seats 3", "plan plan 3"] == suggested(client, "dimension=event:props:")
    assert ["Seats Seats 3"] == suggested(client, "dimension=event:props:&text=sea")
    values = ["pro pro 2", "free free 1", "(none) (none) 3"]
    assert values == suggested(client, "dimension=event:props:plan")
    assert values[:2] == suggested(client, "dimension=event:props:plan&text=r")


def test_nothing_is_suggested_for_what_is_no_dimension(client, site):
    assert 400 == client.get("/sites/site.example/suggestions?dimension=shoe").status_code
