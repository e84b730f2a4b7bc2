import threading
from datetime import UTC, datetime

import orjson
import pytest
from django.db import OperationalError, connection
from msgspec.structs import asdict

from tests.factories import SiteFactory
from tracking.enrich import draining, quarantine
from tracking.ingest.hit import WaitingHit
from tracking.models import Event, InboxHit, QuarantinedHit, Site
from tracking.signals import events_stored

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def site(db):
    return SiteFactory(pk=1)


def wait(number: int = 1, **changes: object) -> InboxHit:
    hit = WaitingHit(
        time_ms=int(NOON.timestamp() * 1000) + number,
        visitor=number,
        visitor_before=None,
        name="pageview",
        url=f"https://example.com/{number}",
    )
    payload = orjson.dumps(asdict(hit) | changes).decode()
    return InboxHit.objects.create(site_id=1, payload=payload)


def wait_broken() -> InboxHit:
    return InboxHit.objects.create(site_id=1, payload='{"unknown": "field"}')


def stored_paths() -> list[str]:
    return list(Event.objects.order_by("id").values_list("path", flat=True))


@pytest.fixture
def announced():
    seen: list[str] = []

    def listen(events, **_):
        seen.extend(event.path for event in events)

    events_stored.connect(listen)
    yield seen
    events_stored.disconnect(listen)


@pytest.mark.django_db
def test_drain_stores_waiting_hits_in_order_and_empties_the_inbox(announced):
    for number in range(1, 4):
        wait(number)

    taken = draining.drain()

    assert (3, ["/1", "/2", "/3"], 0) == (taken, stored_paths(), InboxHit.objects.count())
    assert ["/1", "/2", "/3"] == announced


@pytest.mark.django_db
def test_drain_stores_all_that_a_hit_tells():
    wait(
        name="Purchase",
        url="https://www.example.com/shop%20front?utm_source=newsletter&utm_medium=email#x",
        referrer="https://www.google.com/search?q=x",
        props={"plan": "pro"},
        revenue_amount="29.900",
        revenue_currency="EUR",
        country="DE",
        region="Saxony",
        city="Leipzig",
        user_agent="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        language="de-DE,de;q=0.9",
        screen_width=1920,
    )

    draining.drain()

    fields = (
        "hostname",
        "path",
        "source",
        "channel",
        "utm_source",
        "utm_medium",
        "country",
        "region",
        "city",
        "browser",
        "browser_version",
        "os",
        "device",
        "props",
        "revenue_amount",
        "revenue_currency",
    )
    [event] = Event.objects.values(*fields)
    event["revenue_amount"] = str(event["revenue_amount"])
    assert {
        "hostname": "example.com",
        "path": "/shop front",
        "source": "newsletter",
        "channel": "Email",
        "utm_source": "newsletter",
        "utm_medium": "email",
        "country": "DE",
        "region": "Saxony",
        "city": "Leipzig",
        "browser": "Chrome",
        "browser_version": "142.0",
        "os": "Windows",
        "device": "Desktop",
        "props": '{"plan":"pro"}',
        "revenue_amount": "29.900",
        "revenue_currency": "EUR",
    } == event


@pytest.mark.django_db
def test_drain_twice_changes_nothing(announced):
    wait()
    draining.drain()

    assert 0 == draining.drain()
    assert (["/1"], ["/1"]) == (stored_paths(), announced)


@pytest.mark.django_db
def test_drain_sets_the_bad_hit_aside_and_stores_the_others():
    wait(1)
    wait(2)
    broken = wait_broken()
    wait(3)

    draining.drain()

    assert ["/1", "/2", "/3"] == stored_paths()
    assert [(broken.payload, 0)] == [
        (row.payload, InboxHit.objects.count()) for row in QuarantinedHit.objects.all()
    ]


@pytest.mark.django_db
def test_drain_keeps_hits_while_the_database_is_away(monkeypatch):
    wait()

    def away(_events):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(draining.log, "append", away)
    with pytest.raises(OperationalError):
        draining.drain()

    assert ([], 1, 0) == (stored_paths(), InboxHit.objects.count(), QuarantinedHit.objects.count())


@pytest.mark.django_db
def test_drain_stores_although_a_listener_fails():
    wait()

    def broken_listener(**_):
        raise RuntimeError

    events_stored.connect(broken_listener)
    try:
        draining.drain()
    finally:
        events_stored.disconnect(broken_listener)

    assert ["/1"] == stored_paths()


@pytest.mark.django_db
def test_hits_of_a_site_that_was_deleted_meanwhile_go_with_it(site):
    Site.objects.filter(pk=site.pk).delete()
    wait()

    draining.drain()

    assert ([], 0, 0) == (stored_paths(), InboxHit.objects.count(), QuarantinedHit.objects.count())


@pytest.mark.django_db(transaction=True)
def test_drains_at_once_store_each_hit_once(monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 7)
    for number in range(60):
        wait(number)

    def drain_and_close():
        draining.drain()
        connection.close()

    drains = [threading.Thread(target=drain_and_close) for _ in range(3)]
    for thread in drains:
        thread.start()
    for thread in drains:
        thread.join()

    assert sorted(f"/{number}" for number in range(60)) == sorted(stored_paths())


@pytest.mark.django_db
def test_replay_sends_quarantined_hits_through_again():
    hit = wait(5)
    quarantine.put(hit, ValueError("broken then"))

    replayed = quarantine.replay(QuarantinedHit.objects.all())
    draining.drain()

    assert (1, ["/5"], 0) == (replayed, stored_paths(), QuarantinedHit.objects.count())
