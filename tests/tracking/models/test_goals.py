from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories import SiteFactory
from tracking.models import Goal

pytestmark = pytest.mark.django_db


def checked(**fields: Any) -> Goal:
    goal = Goal(site=SiteFactory(), **fields)
    goal.full_clean()
    return goal


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        pytest.param({"event_name": " Signup "}, "Signup", id="event"),
        pytest.param({"page_path": "/blog/*"}, "Visit /blog/*", id="page"),
        pytest.param({"page_path": "blog"}, "Visit /blog", id="page without a slash"),
        pytest.param(
            {"page_path": "/blog", "scroll_threshold": 50}, "Scroll 50% on /blog", id="scroll"
        ),
        pytest.param(
            {"event_name": "Signup", "display_name": "New friend"}, "New friend", id="own"
        ),
    ],
)
def test_goal_that_nobody_named_is_named_after_what_it_counts(fields: dict, name: str) -> None:
    assert name == checked(**fields).display_name


def test_goal_stored_without_a_check_has_a_name_too() -> None:
    goal = Goal.objects.create(site=SiteFactory(), page_path="/")

    assert "Visit /" == goal.display_name


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        pytest.param({}, "__all__", "Enter the name of an event or the path of a page.", id="none"),
        pytest.param(
            {"event_name": "a", "page_path": "/a"},
            "__all__",
            "Enter the name of an event or the path of a page.",
            id="both",
        ),
        pytest.param(
            {"event_name": "engagement"},
            "event_name",
            "Engagement is no event that a goal can count.",
            id="engagement",
        ),
        pytest.param(
            {"event_name": "a", "scroll_threshold": 3},
            "scroll_threshold",
            "Only a page can be scrolled.",
            id="scrolled event",
        ),
        pytest.param(
            {"page_path": "/", "currency": "EUR"},
            "currency",
            "Only an event can have a revenue.",
            id="paid page",
        ),
        pytest.param(
            {"event_name": "a", "currency": "euro"},
            "currency",
            "Enter a currency's code of three letters such as EUR.",
            id="currency",
        ),
        pytest.param(
            {"event_name": "a", "props": {"a": "1", "b": "1", "c": "1", "d": "1"}},
            "props",
            "Enter at most 3 properties, each with its value.",
            id="four properties",
        ),
        pytest.param(
            {"event_name": "a", "props": {"plan": 3}},
            "props",
            "The value of the property “plan” must be a text.",
            id="number",
        ),
        pytest.param(
            {"event_name": "a", "props": {"x" * 301: "1"}},
            "props",
            "A property's name has 1 to 300 characters, its value at most 2000.",
            id="long name",
        ),
    ],
)
def test_what_is_no_goal_is_refused_with_a_sentence(
    fields: dict, field: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        checked(**fields)

    assert sentence in refused.value.message_dict[field]


def test_two_goals_of_a_site_need_two_names() -> None:
    goal = checked(event_name="Signup")
    goal.save()

    with pytest.raises(ValidationError, match="already exists"):
        Goal(site=goal.site, event_name="Signup").full_clean()
