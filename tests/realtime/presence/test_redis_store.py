"""Redis that is not there, and what is left in one that is."""

import pytest
from redis import Redis
from structlog.testing import capture_logs

from realtime.presence.beats import State
from realtime.presence.redis_store import KEY_SECONDS, PAUSE_SECONDS, Absence, RedisStore
from realtime.presence.store import Away
from tests.on_redis import RedisServer
from tests.realtime.presence.beating import Clock, beat
from tests.server import free_port


async def test_without_redis_nobody_learns_anything_and_it_is_logged_once():
    kept = RedisStore(f"redis://127.0.0.1:{free_port()}")
    with capture_logs() as logs:
        with pytest.raises(Away):
            await kept.put(7, beat())
        with pytest.raises(Away):
            kept.read(7)

    assert [("presence_store_failed", "ConnectionError")] == [
        (entry["event"], entry["error"]) for entry in logs
    ]


def test_an_absence_lets_one_attempt_at_a_time_through():
    clock = Clock()
    absence = Absence(clock)
    absence.noted(OSError())
    with pytest.raises(Away):
        absence.check()
    clock.now += PAUSE_SECONDS

    absence.check()

    with pytest.raises(Away):
        absence.check()


def test_an_absence_that_has_ended_holds_nobody_up():
    absence = Absence(Clock())
    absence.noted(OSError())
    with capture_logs() as logs:
        absence.end()

    absence.check()

    assert ["presence_store_recovered"] == [entry["event"] for entry in logs]


async def test_beats_go_on_in_a_redis_that_has_forgotten_all(tmp_path):
    with RedisServer(tmp_path) as server:
        kept = RedisStore(server.url)
        await kept.put(7, beat(1))
        with Redis.from_url(server.url) as client:
            client.flushall()
            client.script_flush()
        await kept.put(7, beat(1))

        assert 1 == len(kept.read(7).tabs)


async def test_every_key_passes_by_itself(tmp_path):
    with RedisServer(tmp_path) as server:
        kept = RedisStore(server.url)
        kept.read(7, watching=True)
        await kept.put(7, beat(1))
        await kept.put(7, beat(2, "other", State.LEFT))
        with Redis.from_url(server.url, decode_responses=True) as client:
            lives = {key: client.ttl(key) for key in client.scan_iter()}

    names = {"tabs", "ends", "visitors", "watch"}
    assert {f"footfall:presence:{{7}}:{name}" for name in names} == set(lives)
    assert all(0 < seconds <= KEY_SECONDS for seconds in lives.values())
