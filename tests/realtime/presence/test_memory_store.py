"""How beats pass with time."""

import pytest

from realtime.presence.beats import State
from realtime.presence.store import SWEEP_SECONDS, WATCH_SECONDS, MemoryStore, Pace
from tests.realtime.presence.beating import Clock, beat

PACE = Pace(watched=5, unwatched=60, late=3)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(clock) -> MemoryStore:
    return MemoryStore(PACE, clock)


@pytest.mark.parametrize(
    ("watching", "seconds", "pages"),
    [(True, 7.9, 1), (True, 8, 0), (False, 62.9, 1), (False, 63, 0)],
)
async def test_a_page_ends_a_little_later_than_its_next_beat_was_due(
    kept, clock, watching, seconds, pages
):
    kept.read(7, watching)
    await kept.put(7, beat())
    clock.now += seconds

    assert pages == len(kept.read(7).tabs)


async def test_a_page_that_goes_on_beating_stays(kept, clock):
    kept.read(7, watching=True)
    for _ in range(10):
        await kept.put(7, beat())
        clock.now += 5

    assert 1 == len(kept.read(7).tabs)


@pytest.mark.parametrize(("seconds", "told"), [(WATCH_SECONDS - 1, 5), (WATCH_SECONDS, 60)])
async def test_a_site_is_watched_for_a_while_after_somebody_looked(kept, clock, seconds, told):
    kept.read(7, watching=True)
    clock.now += seconds

    assert told == await kept.put(7, beat())


@pytest.mark.parametrize(("seconds", "ended"), [(299, {1: 299}), (301, {})])
async def test_a_visitor_is_remembered_for_five_minutes(kept, clock, seconds, ended):
    await kept.put(7, beat(1, state=State.LEFT))
    clock.now += seconds
    await kept.put(8, beat(2))

    assert ended == kept.read(7).ended


async def test_nothing_is_kept_of_sites_without_beats(kept, clock):
    await kept.put(7, beat(1))
    clock.now += 63 + 300
    await kept.put(8, beat(1))

    assert [8] == list(kept.rooms)


async def test_a_beat_long_overtaken_by_the_end_of_its_page_is_kept_out(kept, clock):
    await kept.put(7, beat(number=2, state=State.LEFT))
    clock.now += SWEEP_SECONDS + 1
    await kept.put(7, beat(number=1))

    assert [] == kept.read(7).tabs
