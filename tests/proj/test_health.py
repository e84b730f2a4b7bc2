"""What the server says of its own health."""

import threading

import pytest
from django.db import OperationalError

from proj import bounded, health
from proj.bounded import Bounded
from proj.metrics import stored
from tests.factories import UserFactory
from tracking.models import EventLog, InboxHit, QuarantinedHit, RefusalCount

# Checks are made in threads of their own, which see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

BACKLOG = {"hits": 0, "exact": True, "oldest_seconds": 0, "quarantined": 0, "last_event": 7}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    EventLog.objects.update_or_create(defaults={"last_id": 7})
    monkeypatch.setattr(health, "recent", Bounded(health.check))
    # However slow the machine is, what answers at all does so in time, and stays fresh.
    monkeypatch.setattr(bounded, "SECONDS", 45)
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 3600)


def away(*_arguments: object, **_named: object) -> None:
    raise OperationalError


def test_a_server_that_stores_is_healthy_and_says_what_waits(client):
    QuarantinedHit.objects.create(site_id=1, payload="{}", error="x")

    answer = client.get("/healthz")

    assert (200, {"status": "ok", "backlog": {**BACKLOG, "quarantined": 1}}, "no-store") == (
        answer.status_code,
        answer.json(),
        answer["Cache-Control"],
    )


def test_it_answers_under_any_name_without_asking_for_a_session(client, django_assert_num_queries):
    client.force_login(UserFactory())
    client.get("/healthz")

    with django_assert_num_queries(0):
        answer = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert 200 == answer.status_code


def test_a_database_that_does_not_answer_is_said(client, monkeypatch):
    monkeypatch.setattr("tracking.backlog.measure", away)

    answer = client.get("/healthz")

    assert (503, {"status": "failing", "reason": "the database does not answer"}) == (
        answer.status_code,
        answer.json(),
    )


@pytest.mark.parametrize("written", ["TaskRun.objects.update_or_create", "InboxHit.objects.create"])
def test_a_database_without_room_for_a_hit_is_said_with_what_waits(client, monkeypatch, written):
    monkeypatch.setattr(f"tracking.models.{written}", away)

    answer = client.get("/healthz")

    assert (
        503,
        {"status": "failing", "reason": "the database cannot be written", "backlog": BACKLOG},
    ) == (answer.status_code, answer.json())


def test_an_unhealthy_answer_is_no_error_of_its_own_in_the_log(client, monkeypatch, caplog):
    monkeypatch.setattr("tracking.backlog.measure", away)

    client.get("/healthz")

    assert [] == caplog.records


def test_a_check_is_made_anew_once_it_is_old(client, monkeypatch):
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 0)
    client.get("/healthz")
    InboxHit.objects.create(site_id=1, payload="{}")

    assert 1 == client.get("/healthz").json()["backlog"]["hits"]


def test_without_a_token_set_there_are_no_metrics(client):
    assert 404 == client.get("/metrics").status_code


@pytest.mark.parametrize("sent", ["", "Bearer wrong", "Bearer é", "secret"])
def test_metrics_ask_for_the_token(client, settings, sent):
    settings.METRICS_TOKEN = "secret"

    answer = client.get("/metrics", headers={"authorization": sent})

    assert (401, b"", "Bearer") == (answer.status_code, answer.content, answer["WWW-Authenticate"])


OF_STORAGE = ("inbox", "quarantined", "events_total", "refused", "unsealed", "database", "queue")


def scraped(client, settings) -> list[str]:
    """The lines about what is stored."""
    settings.METRICS_TOKEN = "secret"
    answer = client.get("/metrics", headers={"authorization": "Bearer secret"})
    wanted = tuple(f"footfall_{name}" for name in OF_STORAGE)
    return [line for line in answer.text.splitlines() if line.startswith(wanted)]


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch):
    monkeypatch.setattr(stored, "of_database", Bounded(stored.database_metrics))
    monkeypatch.setattr(stored, "of_queue", Bounded(stored.queue_metrics))


def test_metrics_tell_the_backlog_the_events_and_the_refusals(client, settings):
    for site_id, reason, count in [(1, "bot", 2), (2, "bot", 3), (1, "opted_out", 1)]:
        RefusalCount.objects.create(site_id=site_id, day="2026-05-04", reason=reason, count=count)
    InboxHit.objects.create(site_id=1, payload="{}")
    stored.HUEY.flush()

    assert [
        "footfall_database_up 1.0",
        "footfall_inbox_hits 1.0",
        "footfall_inbox_oldest_seconds 0.0",
        "footfall_quarantined_hits 0.0",
        "footfall_events_total 7.0",
        "footfall_unsealed_oldest_seconds 0.0",
        'footfall_refused_hits_total{reason="bot"} 5.0',
        'footfall_refused_hits_total{reason="opted_out"} 1.0',
        "footfall_queue_up 1.0",
        "footfall_queue_tasks 0.0",
    ] == scraped(client, settings)


def test_metrics_say_that_the_database_is_away(client, settings, monkeypatch):
    monkeypatch.setattr("tracking.backlog.measure", away)

    assert ["footfall_database_up 0.0"] == scraped(client, settings)[:1]


def test_metrics_say_that_the_queue_is_away(client, settings, monkeypatch):
    monkeypatch.setattr(stored.HUEY.storage, "queue_key", "queue", raising=False)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert "footfall_queue_up 0.0" in scraped(client, settings)


def test_metrics_wait_for_a_database_that_hangs_no_longer_than_told(client, settings, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(bounded, "SECONDS", 0)
    monkeypatch.setattr(stored, "of_database", Bounded(lambda: [gate.wait()]))

    try:
        assert "footfall_database_up 0.0" in scraped(client, settings)
    finally:
        gate.set()


def test_a_damaged_file_of_places_takes_its_own_figure_away_and_no_other(
    client, settings, tmp_path
):
    settings.GEOIP_FILE = tmp_path / "places.mmdb"
    settings.GEOIP_FILE.write_bytes(b"damaged")
    settings.METRICS_TOKEN = "secret"

    text = client.get("/metrics", headers={"authorization": "Bearer secret"}).text

    names = ("footfall_places_built", "footfall_disk_free_bytes ", "footfall_database_up ")
    assert [False, True, True] == [f"\n{name}" in text for name in names]


def test_requests_are_counted_by_route_and_status_and_never_by_path(client, settings):
    settings.METRICS_TOKEN = "secret"
    for path in ("/sign-in", "/made-up-by-a-scanner", "/metrics"):
        client.get(path)

    text = client.get("/metrics", headers={"authorization": "Bearer secret"}).text

    assert "made-up" not in text
    for route, status in (("account_login", 200), ("none", 404), ("metrics", 401)):
        assert f'footfall_http_request_seconds_count{{route="{route}",status="{status}"}}' in text
