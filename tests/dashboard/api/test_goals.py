"""Goals: /api/v1/sites/goals."""

import pytest

from tests.dashboard.api.asking import asking
from tests.factories import SeatFactory, SiteFactory
from tracking.models import Goal

pytestmark = pytest.mark.django_db

GOALS = "/api/v1/sites/goals"
SITE_ID = {"site_id": "northpeak.example"}
SIGNUP = {
    "goal_type": "event",
    "display_name": "Signup",
    "event_name": "Signup",
    "page_path": None,
    "custom_props": {},
    "scroll_threshold": None,
    "currency": None,
}


@pytest.fixture
def owned():
    """The membership of a person who owns a site."""
    return SeatFactory(site=SiteFactory(domain="northpeak.example"))


@pytest.mark.parametrize(
    ("body", "goal"),
    [
        ({"goal_type": "event", "event_name": "Signup"}, SIGNUP),
        (
            {"goal_type": "page", "page_path": "/blog/*", "display_name": "Blog"},
            {
                **SIGNUP,
                "goal_type": "page",
                "display_name": "Blog",
                "event_name": None,
                "page_path": "/blog/*",
            },
        ),
        (
            {"goal_type": "event", "event_name": "Signup", "custom_props": {"country": "Estonia"}},
            {**SIGNUP, "custom_props": {"country": "Estonia"}},
        ),
        (
            {"goal_type": "page", "page_path": "/register", "scroll_threshold": 60},
            {
                **SIGNUP,
                "goal_type": "page",
                "display_name": "Scroll 60% on /register",
                "event_name": None,
                "page_path": "/register",
                "scroll_threshold": 60,
            },
        ),
        (
            {"goal_type": "event", "event_name": "Purchase", "currency": "EUR"},
            {**SIGNUP, "display_name": "Purchase", "event_name": "Purchase", "currency": "EUR"},
        ),
    ],
    ids=["event", "page", "properties", "scrolling", "revenue"],
)
def test_goal_is_made_and_answered_whole(owned, body, goal):
    answer = asking(owned.user)("PUT", GOALS, {**SITE_ID, **body})

    made = Goal.objects.get()
    whole = {"id": str(made.pk), **goal}
    assert (200, {"domain": "northpeak.example", **whole}) == answer
    assert (200, [whole]) == (
        200,
        asking(owned.user)("GET", f"{GOALS}?site_id=northpeak.example")[1]["goals"],
    )


@pytest.mark.parametrize(
    "body",
    [
        {"goal_type": "event", "event_name": " Signup "},
        {"goal_type": "event", "event_name": "Signup", "display_name": "Another name"},
        {"goal_type": "event", "event_name": "Signup", "currency": "EUR"},
    ],
    ids=["the same", "another name", "with its currency"],
)
def test_goal_that_counts_the_same_is_found(owned, body):
    goal = Goal.objects.create(site=owned.site, event_name="Signup", currency="EUR")

    status, answer = asking(owned.user)("PUT", GOALS, {**SITE_ID, **body})

    assert (200, str(goal.pk), "Signup", 1) == (
        status,
        answer["id"],
        answer["display_name"],
        Goal.objects.count(),
    )


def test_goals_of_one_event_with_other_properties_are_two(owned):
    Goal.objects.create(site=owned.site, event_name="Signup")

    answer = asking(owned.user)(
        "PUT",
        GOALS,
        {
            **SITE_ID,
            "goal_type": "event",
            "event_name": "Signup",
            "display_name": "Signup for pro",
            "custom_props": {"plan": "pro"},
        },
    )

    assert (200, ["Signup", "Signup for pro"]) == (
        answer[0],
        list(Goal.objects.values_list("display_name", flat=True)),
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The request must have the key 'goal_type'."),
        ({"goal_type": "click"}, "The value of 'goal_type' must be event or page."),
        ({"goal_type": "event"}, "The request must have the key 'event_name'."),
        (
            {"goal_type": "event", "event_name": " "},
            "Enter the name of an event or the path of a page.",
        ),
        (
            {"goal_type": "event", "event_name": "engagement"},
            "Engagement is no event that a goal can count.",
        ),
        (
            {"goal_type": "page", "page_path": "/", "currency": "EUR"},
            "Only an event can have a revenue.",
        ),
        (
            {"goal_type": "event", "event_name": "Buy", "custom_props": {"plan": 1}},
            "The value of the property “plan” must be a text.",
        ),
        (
            {"goal_type": "event", "event_name": "Buy", "custom_props": ["plan"]},
            "The value of 'custom_props' must be an object of texts.",
        ),
        (
            {"goal_type": "page", "page_path": "/", "scroll_threshold": "60"},
            "The value of 'scroll_threshold' must be a whole number.",
        ),
        (
            {"goal_type": "page", "page_path": "/", "scroll_threshold": 101},
            "Ensure this value is less than or equal to 100.",
        ),
        (
            {"goal_type": "event", "event_name": "Buy", "display_name": "Signup"},
            "Goal with this Site and Display name already exists.",
        ),
    ],
)
def test_goal_that_cannot_be_is_refused_with_a_sentence(owned, body, sentence):
    Goal.objects.create(site=owned.site, event_name="Signup")

    answer = asking(owned.user)("PUT", GOALS, {**SITE_ID, **body})

    assert (400, {"error": sentence}, 1) == (*answer, Goal.objects.count())


@pytest.mark.parametrize("where", ["body", "address"])
def test_goal_is_deleted(owned, where):
    goal = Goal.objects.create(site=owned.site, event_name="Signup")
    kept = Goal.objects.create(site=owned.site, event_name="Buy")
    params, body = ("", SITE_ID) if where == "body" else ("?site_id=northpeak.example", None)

    answer = asking(owned.user)("DELETE", f"{GOALS}/{goal.pk}{params}", body)

    assert (200, {"deleted": True}, [kept]) == (*answer, list(Goal.objects.all()))


@pytest.mark.parametrize("goal", ["theirs", "0", "x", "9" * 40, "%C2%B2"])
def test_goal_of_another_site_or_none_is_not_found(owned, goal):
    theirs = Goal.objects.create(site=SiteFactory(), event_name="Signup")
    number = theirs.pk if goal == "theirs" else goal

    answer = asking(owned.user)("DELETE", f"{GOALS}/{number}", SITE_ID)

    assert (404, 1) == (answer[0], Goal.objects.count())
