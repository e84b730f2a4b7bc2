"""Who may ask the API for what."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.dashboard.api.asking import asking, headers, send
from tests.factories import Seat, SeatFactory, SiteFactory, UserFactory
from tracking.models import ApiKey, Goal, Role, Site
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

GOAL = 4321
QUESTION = {"site_id": "northpeak.example", "metrics": ["visitors"], "date_range": "day"}
CALLS = {
    "query": (Scope.STATS_READ, "POST", "/api/v2/query", QUESTION),
    "visitors now": (
        Scope.STATS_READ,
        "GET",
        "/api/v1/stats/realtime/visitors?site_id=northpeak.example",
        None,
    ),
    "list sites": (Scope.SITES_READ, "GET", "/api/v1/sites", None),
    "read site": (Scope.SITES_READ, "GET", "/api/v1/sites/northpeak.example", None),
    "create site": (Scope.SITES_WRITE, "POST", "/api/v1/sites", {"domain": "new.example"}),
    "update site": (
        Scope.SITES_WRITE,
        "PUT",
        "/api/v1/sites/northpeak.example",
        {"timezone": "Asia/Tokyo"},
    ),
    "delete site": (Scope.SITES_WRITE, "DELETE", "/api/v1/sites/northpeak.example", None),
    "list goals": (Scope.SITES_READ, "GET", "/api/v1/sites/goals?site_id=northpeak.example", None),
    "create goal": (
        Scope.SITES_WRITE,
        "PUT",
        "/api/v1/sites/goals",
        {"site_id": "northpeak.example", "goal_type": "event", "event_name": "Signup"},
    ),
    "delete goal": (
        Scope.SITES_WRITE,
        "DELETE",
        f"/api/v1/sites/goals/{GOAL}",
        {"site_id": "northpeak.example"},
    ),
}
each_call = pytest.mark.parametrize(
    ("scope", "method", "path", "body"), CALLS.values(), ids=CALLS.keys()
)
each_call_of_a_site = pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [call for call in CALLS.values() if "northpeak.example" in f"{call}"],
    ids=[name for name, call in CALLS.items() if "northpeak.example" in f"{call}"],
)
each_change = pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        call
        for call in CALLS.values()
        if call[0] == Scope.SITES_WRITE and "northpeak.example" in f"{call}"
    ],
    ids=["update site", "delete site", "create goal", "delete goal"],
)


def northpeak(**fields) -> Seat:
    site = SiteFactory(domain="northpeak.example")
    Goal.objects.create(site=site, pk=GOAL, event_name="Download")
    return SeatFactory(site=site, **fields)


@each_call
def test_key_of_the_scope_opens_its_owners_site(scope, method, path, body):
    ask = asking(northpeak().user, [scope])

    assert 200 == ask(method, path, body)[0]


@each_call
def test_key_without_the_scope_is_refused_by_its_name(scope, method, path, body):
    others = [each for each in Scope.values if each != scope]
    ask = asking(northpeak().user, others)

    assert (403, {"error": f"This API key has not the scope {scope}."}) == ask(method, path, body)


@each_call
def test_request_without_a_key_is_asked_for_one(scope, method, path, body):
    northpeak()

    response = send(method, path, body)

    assert (401, "Bearer", {"error": response.json()["error"]}) == (
        response.status_code,
        response["WWW-Authenticate"],
        response.json(),
    )


@each_call_of_a_site
def test_site_of_somebody_else_is_as_one_that_nobody_has(scope, method, path, body):
    northpeak()
    ask = asking(UserFactory())

    theirs = ask(method, path, body)
    Site.objects.all().delete()
    nobodys = ask(method, path, body)

    status = 401 if scope == Scope.STATS_READ else 404
    sentence = "There is no site northpeak.example that this key opens."
    assert [(status, {"error": sentence})] * 2 == [theirs, nobodys]


@each_change
def test_viewer_changes_nothing(scope, method, path, body):
    site = northpeak().site
    ask = asking(SeatFactory(site=site, role=Role.VIEWER).user)

    answer = ask(method, path, body)

    assert (404, "UTC", ["Download"]) == (
        answer[0],
        Site.objects.get().timezone,
        list(site.goals.values_list("display_name", flat=True)),
    )


def test_viewer_reads_the_site():
    ask = asking(northpeak(role=Role.VIEWER).user)

    assert (200, {"domain": "northpeak.example", "timezone": "UTC"}) == ask(
        "GET", "/api/v1/sites/northpeak.example"
    )


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", "Bearer ", "bearer", "Basic {key}", "{key}", "Bearer \x80", "Bearer {prefix}"],
)
def test_what_is_no_key_opens_nothing(authorization):
    row, key = ApiKey.issue(northpeak().user)

    response = send(
        "GET", "/api/v1/sites", Authorization=authorization.format(key=key, prefix=row.prefix)
    )

    assert 401 == response.status_code


def test_revoked_key_opens_nothing():
    row, key = ApiKey.issue(northpeak().user)
    row.delete()

    response = send("GET", "/api/v1/sites", **headers(key))

    assert (401, {"error": "This API key is not valid, or was revoked."}) == (
        response.status_code,
        response.json(),
    )


def test_key_of_a_closed_account_opens_nothing():
    key = ApiKey.issue(northpeak(user=UserFactory(is_active=False)).user)[1]

    assert 401 == send("GET", "/api/v1/sites", **headers(key)).status_code


def test_signed_in_person_needs_a_key_as_well(client):
    client.force_login(northpeak().user)

    assert 401 == client.get("/api/v1/sites").status_code


def test_key_in_use_says_since_when(time_machine):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    row, key = ApiKey.issue(northpeak().user)

    send("GET", "/api/v1/sites", **headers(key))

    row.refresh_from_db()
    assert timezone.now() == row.last_used_at


def test_answer_is_for_nobody_elses_cache():
    key = ApiKey.issue(northpeak().user)[1]

    response = send("GET", "/api/v1/sites", **headers(key))

    assert ("private, no-store", "application/json") == (
        response["Cache-Control"],
        response["Content-Type"],
    )


def test_expired_key_is_refused_with_the_day():
    expired = datetime(2026, 3, 1, 12, tzinfo=UTC)
    _, key = ApiKey.issue(UserFactory(), expires_at=expired)

    response = send("GET", "/api/v1/sites", **headers(key))

    assert (401, "Bearer", {"error": "This API key expired on 1 March 2026. Make another."}) == (
        response.status_code,
        response["WWW-Authenticate"],
        response.json(),
    )


def test_key_that_has_yet_to_expire_opens():
    _, key = ApiKey.issue(UserFactory(), expires_at=timezone.now() + timedelta(minutes=1))

    assert 200 == send("GET", "/api/v1/sites", **headers(key)).status_code


@each_call_of_a_site
def test_key_for_another_site_is_as_an_outsider_s(scope, method, path, body):
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    other = SeatFactory(user=membership.user).site
    _, key = ApiKey.issue(membership.user, site=other)

    status = send(method, path, body, **headers(key)).status_code

    assert status in (401, 404)
    assert Site.objects.filter(domain="northpeak.example", timezone="UTC").exists()


def test_key_for_one_site_lists_it_alone_and_adds_none():
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    SeatFactory(user=membership.user)
    _, key = ApiKey.issue(membership.user, site=membership.site)

    listed = send("GET", "/api/v1/sites", **headers(key)).json()["sites"]
    added = send("POST", "/api/v1/sites", {"domain": "new.example"}, **headers(key))

    assert (["northpeak.example"], 403) == ([each["domain"] for each in listed], added.status_code)
