"""What a step of a funnel, and the start and path of a journey, can be."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import SiteFactory
from tracking.models import Goal as StoredGoal
from tracking.warehouse import Query, QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.goals import Goal
from tracking.warehouse.journey import read_journey
from tracking.warehouse.steps import read_step

pytestmark = pytest.mark.django_db


def read(plain: object) -> Goal:
    site = SiteFactory()
    StoredGoal.objects.create(site=site, event_name="Purchase", currency="EUR")
    StoredGoal.objects.create(site=SiteFactory(), event_name="Elsewhere")
    return read_step(plain, Definitions(site.pk))


@pytest.mark.parametrize(
    ("plain", "goal"),
    [
        ({"page": "/blog/*"}, Goal("/blog/*", "pageview", path="/blog/*")),
        ({"event": "Signup"}, Goal("Signup", "Signup")),
        (
            {"event": "Signup", "props": {"plan": "pro", "from": "top"}},
            Goal("Signup", "Signup", props=(("from", "top"), ("plan", "pro"))),
        ),
        ({"goal": "Purchase"}, Goal("Purchase", "Purchase", currency="EUR")),
    ],
    ids=["page", "event", "properties", "goal"],
)
def test_step_is_a_goal(plain: dict[str, Any], goal: Goal):
    assert goal == read(plain)


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        ("/pricing", "must be an object"),
        ({}, "must have one of"),
        ({"page": "/", "event": "Signup"}, "must have one of"),
        ({"page": "/", "props": {"plan": "pro"}}, "must have one of"),
        ({"page": "/", "scope": "visit"}, "must have one of"),
        ({"page": ""}, "a text of 1 to 500 characters"),
        ({"page": 7}, "a text of 1 to 500 characters"),
        ({"page": "/" + "a" * 500}, "a text of 1 to 500 characters"),
        ({"page": "pricing"}, "must begin with a slash"),
        ({"page": "/a\0"}, "must be valid Unicode"),
        ({"event": "\ud800"}, "must be valid Unicode"),
        ({"event": "engagement"}, "Engagement is no event"),
        ({"event": "Signup", "props": {"plan": "a\0"}}, "must be valid Unicode"),
        ({"event": "Signup", "props": {"plan": 7}}, "must be a text"),
        ({"event": "Signup", "props": dict.fromkeys("abcd", "1")}, "at most 3 properties"),
        ({"goal": "Elsewhere"}, "is not one of this site's"),
    ],
)
def test_what_is_no_step_is_refused_in_words(plain: object, sentence: str):
    with pytest.raises(QueryError, match=re.escape(sentence)):
        read(plain)


@pytest.mark.parametrize(
    ("path", "direction", "sentence"),
    [
        (["/"], "sideways", "The direction must be one of after, before."),
        ("/", "after", "must be a list of at most 10 pages"),
        (["/"] * 11, "after", "must be a list of at most 10 pages"),
        ([""], "after", "a text of 1 to 2000 characters"),
        (["/" * 2001], "after", "a text of 1 to 2000 characters"),
        (["/a\0"], "after", "a text of 1 to 2000 characters"),
        ([7], "after", "a text of 1 to 2000 characters"),
        (["\ud800"], "after", "must be valid Unicode"),
    ],
)
def test_what_is_no_journey_is_refused_in_words(path: object, direction: str, sentence: str):
    site = SiteFactory()
    query = Query.build(site, ["visitors"], now=datetime(2026, 3, 10, tzinfo=UTC))

    with pytest.raises(QueryError, match=re.escape(sentence)):
        read_journey(query, None, path, direction, Definitions(site.pk))
