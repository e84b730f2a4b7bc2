"""How many people are on a site, where only that is shown."""

import asyncio
from datetime import timedelta

import pytest

from realtime.presence import attendance
from realtime.presence.beats import State
from realtime.presence.online import of_five_minutes, online
from realtime.presence.store import MemoryStore
from realtime.window import Window
from tests.realtime.presence.beating import Clock, beat
from tests.realtime.stored import at, event, make_site, store

pytestmark = pytest.mark.django_db

NOW = at("2026-11-10 12:30:20")


@pytest.fixture
def kept(monkeypatch) -> MemoryStore:
    kept = MemoryStore(clock=Clock())
    monkeypatch.setattr(attendance, "store", lambda: kept)
    return kept


def test_online_counts_open_pages_and_those_of_whom_no_beat_tells(kept):
    site = make_site()
    store(*(event(site, visitor=who, time=NOW - timedelta(minutes=1)) for who in (1, 2, 3)))
    for each in (beat(1, "here"), beat(2, "gone", State.LEFT), beat(4, "long here", State.IDLE)):
        asyncio.run(kept.put(site.pk, each))

    assert (3, 3, 3) == (
        online(site.pk, NOW),
        Window(site.pk).read(NOW, attendance.read(site.pk)).online,
        of_five_minutes(site.pk, NOW),
    )


def test_who_left_is_not_online_although_the_five_minute_rule_would_say_so(kept):
    site = make_site()
    store(event(site, visitor=1, time=NOW))
    asyncio.run(kept.put(site.pk, beat(1, "one", State.LEFT)))

    assert (0, 1) == (online(site.pk, NOW), of_five_minutes(site.pk, NOW))


def test_a_long_reader_is_placed_by_the_visit_that_storage_has(kept):
    site = make_site()
    visit = {"source": "Bing", "country": "DE", "device": "Mobile"}
    store(event(site, visitor=1, time=NOW - timedelta(minutes=50), **visit))
    asyncio.run(kept.put(site.pk, beat(1, "one", State.IDLE, path="/long")))

    now = Window(site.pk).read(NOW, attendance.read(site.pk))

    ranks = [now.pages, now.sources, now.places, now.devices]
    assert [[("/long", 1)], [("Bing", 1)], [("DE", 1)], [("Mobile", 1)]] == [
        [rank[:2] for rank in each] for each in ranks
    ]


def test_filters_leave_of_the_open_pages_those_of_their_visitors(kept):
    site = make_site()
    store(event(site, visitor=1, path="/a", time=NOW), event(site, visitor=2, path="/b", time=NOW))
    for who in (1, 2, 3):
        asyncio.run(kept.put(site.pk, beat(who, f"tab-{who}", path="/c")))
    window = Window(site.pk, holds=lambda each: each.path == "/a")

    now = window.read(NOW, attendance.read(site.pk))

    assert (1, 0, [("/c", 1)]) == (now.active, now.recent, [rank[:2] for rank in now.pages])
