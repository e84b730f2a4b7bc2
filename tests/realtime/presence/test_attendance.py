"""Beats reach whoever watches, and nobody learns anything wrong while their store is away."""

import asyncio

import pytest

from realtime.presence import attendance
from realtime.presence.attendance import Attendance, read
from realtime.presence.beats import State
from realtime.presence.store import Away, Heard, MemoryStore, Tab
from tests.realtime.lines import make_site, make_user, member_line, store
from tests.realtime.presence.beating import Clock, beat
from tests.realtime.stored import event


@pytest.fixture
def kept(monkeypatch) -> MemoryStore:
    kept = MemoryStore(clock=Clock())
    monkeypatch.setattr(attendance, "store", lambda: kept)
    return kept


@pytest.mark.parametrize(
    ("state", "is_news"), [(State.ACTIVE, False), (State.IDLE, True), (State.LEFT, True)]
)
async def test_a_look_says_whether_anything_changed(kept, state, is_news):
    await kept.put(7, beat(1, "one"))
    attending = Attendance(7)
    first = await attending.look()
    await kept.put(7, beat(1, "one", state))

    assert [True, is_news] == [first, await attending.look()]


async def test_who_looks_makes_the_pages_of_the_site_beat_often(kept):
    await Attendance(7).look()

    assert kept.pace.watched == await kept.put(7, beat())


def test_reading_once_does_not(kept):
    read(7)

    assert {} == kept.rooms


async def test_while_the_store_is_away_nothing_is_known(kept, monkeypatch):
    await kept.put(7, beat(1, "one"))
    attending = Attendance(7)
    await attending.look()

    def away(*_arguments: object) -> Heard:
        raise Away

    monkeypatch.setattr(kept, "read", away)

    assert (True, Heard()) == (await attending.look(), attending.heard)


async def test_changes_are_told_as_they_happen(kept, monkeypatch):
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0)
    attending, news = Attendance(7), asyncio.Event()
    following = asyncio.create_task(attending.follow(news.set))
    await kept.put(7, beat(1, "one", path="/a"))
    await asyncio.wait_for(news.wait(), 10)
    following.cancel()

    assert [Tab(1, None, True, "/a")] == attending.heard.tabs


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("running_loop")
async def test_a_dashboard_is_told_of_a_page_that_opens_and_of_one_that_is_left(kept, monkeypatch):
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr("realtime.hub.NOW_SECONDS", 0)
    user = await make_user()
    site = await make_site(user)
    await store(event(site, visitor=1, source="Bing", path="/a"))
    async with await member_line(site, user) as line:
        frames = await line.frames("now", 1)
        await kept.put(site.pk, beat(1, "one", path="/beans"))
        frames += await line.frames("now", 1)
        await kept.put(site.pk, beat(1, "one", State.LEFT))
        frames += await line.frames("now", 1)

    told = [(frame["online"], frame["here"], "/beans" in frame["panels"]) for frame in frames]
    assert [
        (1, "1 seen in the last five minutes", False),
        (1, "1 active", True),
        (0, "", False),
    ] == told
