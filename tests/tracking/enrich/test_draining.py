import threading
from datetime import UTC, datetime

import orjson
import pytest
import sentry_sdk
from django.db import OperationalError, connection
from msgspec.structs import asdict

from tests.counted import counting
from tests.factories import SiteFactory
from tracking.enrich import draining, quarantine
from tracking.ingest.hit import WaitingHit
from tracking.models import Event, InboxHit, QuarantinedHit, Site
from tracking.signals import events_stored, hits_traced

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
        url="https://www.example.com/shop%20front?utm_source=newsletter&utm_medium=email&utm_campaign=may&utm_content=top&utm_term=beans#x",
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
        title="Shop",
        query="utm_source=newsletter",
        interactive=False,
        scroll_depth=40,
        engaged_ms=1500,
        flags="bot",
    )

    draining.drain()

    fields = (
        "hostname",
        "path",
        "source",
        "channel",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "utm_term",
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
        "language",
        "screen",
        "title",
        "interactive",
        "scroll_depth",
        "engaged_ms",
        "flags",
    )
    [event] = Event.objects.values(*fields)
    event["revenue_amount"] = str(event["revenue_amount"])
    assert {
        "hostname": "example.com",
        "path": "/shop front?utm_source=newsletter",
        "source": "newsletter",
        "channel": "Email",
        "utm_source": "newsletter",
        "utm_medium": "email",
        "utm_campaign": "may",
        "utm_content": "top",
        "utm_term": "beans",
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
        "language": "de-DE",
        "screen": "Desktop",
        "title": "Shop",
        "interactive": False,
        "scroll_depth": 40,
        "engaged_ms": 1500,
        "flags": "bot",
    } == event


@pytest.mark.django_db
def test_drain_carries_a_visit_over_midnight():
    wait(7)
    wait(70, visitor_before=7)

    draining.drain()

    [before, after] = Event.objects.order_by("id").values_list("visitor", "visit")
    assert before == after


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("none", ("", "", "")),
        ("country", ("DE", "", "")),
        ("region", ("DE", "Saxony", "")),
        ("city", ("DE", "Saxony", "Leipzig")),
    ],
)
@pytest.mark.django_db
def test_event_of_an_open_visit_has_no_finer_place_than_is_kept_by_now(site, precision, expected):
    wait(visitor=7, country="DE", region="Saxony", city="Leipzig")
    draining.drain()
    Site.objects.update(place_precision=precision)

    wait(2, visitor=7)
    draining.drain()

    places = Event.objects.order_by("id").values_list("visit", "country", "region", "city")
    [(opened, *before), (joined, *after)] = places
    assert (opened, ("DE", "Saxony", "Leipzig"), expected) == (joined, tuple(before), tuple(after))


@pytest.mark.django_db
def test_drain_takes_hits_of_its_own_shard_alone(settings):
    settings.SHARDS = 2
    wait(1)

    assert (0, 1) == (draining.drain(0), draining.drain(1))


@pytest.mark.django_db
def test_drain_tells_of_hits_that_somebody_watches_and_stores_no_refused_one():
    told: list[tuple[str, bool]] = []

    def listen(traces, **_):
        told.extend((trace.hit.url, trace.event is not None) for trace in traces)

    wait(1, traced=True)
    wait(2, traced=True, refused="bot")
    wait(3)
    hits_traced.connect(listen)
    try:
        draining.drain()
    finally:
        hits_traced.disconnect(listen)

    assert [("https://example.com/1", True), ("https://example.com/2", False)] == told
    assert (["/1", "/3"], 0) == (stored_paths(), InboxHit.objects.count())


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


@pytest.mark.django_db
def test_a_hit_that_is_set_aside_is_reported(monkeypatch):
    reported: list[Exception] = []
    monkeypatch.setattr(sentry_sdk, "capture_exception", reported.append)
    error = ValueError("broken")

    quarantine.put(wait(), error)

    assert [error] == reported


@pytest.mark.django_db
def test_a_hit_that_another_drain_took_is_not_set_aside():
    hit = wait()
    draining.drain()

    quarantine.put(hit, ValueError("broken"))

    assert not QuarantinedHit.objects.exists()


def test_events_and_batches_are_counted():
    for number in range(3):
        wait(number)

    counted, timed = (
        counting("footfall_enriched_hits_total"),
        counting("footfall_drain_seconds_count"),
    )
    with counted as events, timed as batches:
        draining.drain()

    assert ({(): 3}, {(): 1}) == (events, batches)
