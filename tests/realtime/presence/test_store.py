"""What both stores promise; time is moved in memory alone, see test_memory_store.py."""

import asyncio
from collections.abc import Iterator

import pytest
from redis import Redis

from realtime.presence import redis_store, store
from realtime.presence.beats import State
from realtime.presence.redis_store import RedisStore
from realtime.presence.store import Heard, MemoryStore, Pace, Store, Tab
from tests.on_redis import RedisServer
from tests.realtime.presence.beating import beat

PACE = Pace(watched=5, unwatched=60, late=3)
# Beats that have ended as soon as they come.
OVER = Pace(watched=-2, unwatched=-2, late=1)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest):
    """Makes a store of a pace; those of a test share what they hold if it is Redis."""
    if request.param == "memory":
        yield MemoryStore
        return
    url = request.getfixturevalue("redis")
    with Redis.from_url(url) as client:
        client.flushdb()
    yield lambda pace: RedisStore(url, pace)


@pytest.fixture
def kept(make) -> Store:
    return make(PACE)


async def test_a_page_is_open_from_its_beat_on(kept):
    await kept.put(7, beat(-5, "one", path="/a b", before=-4))

    heard = kept.read(7)

    assert [Tab(visitor=-5, before=-4, active=True, path="/a b")] == heard.tabs
    assert [-5, -4] == sorted(heard.ended)


async def test_the_last_beat_of_a_page_holds(kept):
    await kept.put(7, beat(1, "one", path="/a"))
    await kept.put(7, beat(1, "one", State.IDLE, path="/b"))

    assert [Tab(1, None, False, "/b")] == kept.read(7).tabs


async def test_a_page_whose_visitor_got_another_id_is_the_same_page(kept):
    await kept.put(7, beat(1, "one"))
    await kept.put(7, beat(2, "one", before=1))

    assert [Tab(2, 1, True, "/")] == kept.read(7).tabs


async def test_a_page_that_was_left_is_gone_at_once_and_the_others_are_not(kept):
    await kept.put(7, beat(1, "one", path="/a"))
    await kept.put(7, beat(1, "other", path="/b"))
    await kept.put(7, beat(1, "one", State.LEFT))

    assert ["/b"] == [tab.path for tab in kept.read(7).tabs]


async def test_a_beat_that_was_overtaken_brings_nobody_back(kept):
    await kept.put(7, beat(1, "one", number=2))
    await kept.put(7, beat(1, "one", State.LEFT, number=4))
    await kept.put(7, beat(1, "one", number=3))

    assert [] == kept.read(7).tabs


async def test_a_page_that_comes_back_is_open_again(kept):
    await kept.put(7, beat(1, "one", State.LEFT, number=1))
    await kept.put(7, beat(1, "one", number=2))

    assert [True] == [tab.active for tab in kept.read(7).tabs]


async def test_a_page_without_further_beats_ends_and_its_visitor_is_remembered(make):
    kept = make(OVER)
    await kept.put(7, beat(1, "one"))

    heard = kept.read(7)

    assert ([], [1]) == (heard.tabs, list(heard.ended))
    assert 1 == pytest.approx(heard.ended[1], abs=0.5)


async def test_a_visitor_whose_page_is_open_has_not_ended(kept):
    await kept.put(7, beat(1))

    assert -63 == pytest.approx(kept.read(7).ended[1], abs=0.5)


async def test_pages_of_other_sites_are_not_told(kept):
    await kept.put(7, beat(1))

    assert Heard() == kept.read(8)


async def test_pages_beat_often_while_their_site_is_watched(kept):
    rarely = await kept.put(7, beat(1))
    kept.read(7, watching=True)
    often = await kept.put(7, beat(1))
    kept.read(8)

    assert [60, 5, 60] == [rarely, often, await kept.put(8, beat(1))]


@pytest.mark.parametrize("many", [1, 2])
async def test_a_site_has_so_many_pages_at_the_most(make, monkeypatch, many):
    for module in (store, redis_store):
        monkeypatch.setattr(module, "MOST_TABS", many)
    kept = make(PACE)
    for number in range(4):
        await kept.put(7, beat(number, f"tab-{number}"))
    await kept.put(7, beat(0, "tab-0", State.IDLE))

    found = {tab.visitor: tab.active for tab in kept.read(7).tabs}

    assert {number: number != 0 for number in range(many)} == found


async def test_visitors_that_are_remembered_are_bounded_too(make, monkeypatch):
    for module in (store, redis_store):
        monkeypatch.setattr(module, "MOST_TABS", 2)
    kept = make(PACE)
    for number in range(9):
        await kept.put(7, beat(number, "one"))

    assert [0, 1, 2, 3] == sorted(kept.read(7).ended)


async def test_beats_that_come_together_are_all_kept(kept):
    await asyncio.gather(*(kept.put(7, beat(1, f"tab-{number}")) for number in range(50)))

    assert 50 == len(kept.read(7).tabs)
