"""How many requests a key may make."""

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisIsAway

from tests.dashboard.api.asking import headers, send
from tests.factories import UserFactory
from tracking.models import ApiKey
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
ONE_O_CLOCK = "1773147600"  # 10 March 2026, 13:00 UTC


@pytest.fixture(autouse=True)
def _two_an_hour(settings, time_machine):
    settings.API_RATE = 2
    time_machine.move_to("2026-03-10T12:59:30Z", tick=False)
    cache.clear()


def ask(key: str) -> tuple[int, list[str | None]]:
    response = send("GET", "/api/v1/sites", **headers(key))
    return response.status_code, [response.get(name) for name in NAMES]


def test_key_makes_its_requests_and_is_then_told_when_to_go_on():
    key = ApiKey.issue(UserFactory())[1]

    assert [
        (200, ["2", "1", ONE_O_CLOCK, None]),
        (200, ["2", "0", ONE_O_CLOCK, None]),
        (429, ["2", "0", ONE_O_CLOCK, "30"]),
    ] == [ask(key), ask(key), ask(key)]


def test_next_hour_begins_anew(time_machine):
    key = ApiKey.issue(UserFactory())[1]
    for _ in range(3):
        ask(key)
    time_machine.move_to("2026-03-10T13:00:00Z", tick=False)

    assert (200, ["2", "1", str(int(ONE_O_CLOCK) + 3600), None]) == ask(key)


def test_another_key_is_counted_apart():
    user = UserFactory()
    spent, fresh = (ApiKey.issue(user)[1] for _ in range(2))
    for _ in range(3):
        ask(spent)

    assert 200 == ask(fresh)[0]


def test_refused_request_is_counted_too():
    key = ApiKey.issue(UserFactory(), scopes=[Scope.HITS_SEND])[1]

    assert [403, 403, 429] == [ask(key)[0] for _ in range(3)]


def test_no_limit_gives_no_headers(settings):
    settings.API_RATE = 0
    key = ApiKey.issue(UserFactory())[1]

    assert [(200, [None] * 4)] * 3 == [ask(key) for _ in range(3)]


def test_answers_go_on_where_nobody_can_count(monkeypatch):
    def away(*_args, **_options):
        raise RedisIsAway

    monkeypatch.setattr(cache, "add", away, raising=False)
    key = ApiKey.issue(UserFactory())[1]

    assert [200] * 3 == [ask(key)[0] for _ in range(3)]
