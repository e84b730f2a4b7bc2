"""Beats in Redis, for several processes; docs/presence.md names the keys."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from redis import Redis, RedisError
from redis import asyncio as async_redis

from realtime.presence.beats import Beat, State
from realtime.presence.store import (
    LEFT_SECONDS,
    MOST_TABS,
    PACE,
    REMEMBER_SECONDS,
    WATCH_SECONDS,
    Away,
    Heard,
    Pace,
    Tab,
)

logger = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 1.0
# While Redis is away, one attempt at a time learns when it is back.
PAUSE_SECONDS = 2.0
# Of Redis itself: what nobody asks for any more goes without anybody's doing.
KEY_SECONDS = 600

# One clock for all machines, that of Redis. A script runs alone, so no beat is lost between two.
PUT = """
local tabs, ends, visitors, watched = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tab, number, left, visitor, before, entry = unpack(ARGV, 1, 6)
local often, rarely, late, left_for, remember, most = unpack(ARGV, 7, 12)

local clock = redis.call("TIME")
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local seconds = redis.call("EXISTS", watched) == 1 and often or rarely

for _, gone in ipairs(redis.call("ZRANGEBYSCORE", ends, "-inf", now, "LIMIT", 0, 100)) do
  redis.call("HDEL", tabs, gone)
  redis.call("ZREM", ends, gone)
end
redis.call("ZREMRANGEBYSCORE", visitors, "-inf", now - remember)

local held = redis.call("HGET", tabs, tab)
if held and tonumber(string.match(held, "^%d+")) >= tonumber(number) then return seconds end
if not held and redis.call("HLEN", tabs) >= tonumber(most) then return seconds end
if redis.call("ZCARD", visitors) >= 2 * most and not redis.call("ZSCORE", visitors, visitor) then
  return seconds
end

local over = string.format("%.3f", left == "1" and now or now + seconds + late)
redis.call("HSET", tabs, tab, number .. " " .. over .. " " .. entry)
redis.call("ZADD", ends, left == "1" and now + left_for or over, tab)
redis.call("ZADD", visitors, over, visitor)
if before ~= "" then redis.call("ZADD", visitors, over, before) end
for _, key in ipairs({tabs, ends, visitors}) do redis.call("EXPIRE", key, ARGV[13]) end
return seconds
"""


class RedisStore:
    def __init__(self, url: str, pace: Pace = PACE) -> None:
        self.pace = pace
        options: dict[str, Any] = {
            "decode_responses": True,
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
        }
        self.readers = Redis.from_url(url, **options)
        self.writers = async_redis.Redis.from_url(url, **options)
        self.script = self.writers.register_script(PUT)
        self.absence = Absence()

    async def put(self, site_id: int, beat: Beat) -> float:
        self.absence.check()
        signal = beat.signal
        before = "" if beat.before is None else str(beat.before)
        active = int(signal.state is State.ACTIVE)
        left = int(signal.state is State.LEFT)
        entry = f"{left} {active} {beat.visitor} {before or '-'} {beat.path}"
        pace = (self.pace.watched, self.pace.unwatched, self.pace.late)
        limits = (LEFT_SECONDS, REMEMBER_SECONDS, MOST_TABS, KEY_SECONDS)
        what = (signal.tab, signal.number, left, beat.visitor, before, entry)
        try:
            seconds = await self.script(keys_of(site_id), (*what, *pace, *limits))
        except (RedisError, OSError) as error:
            raise self.absence.noted(error) from error
        self.absence.end()
        return float(seconds)

    def read(self, site_id: int, watching: bool = False) -> Heard:
        self.absence.check()
        tabs, _, visitors, watched = keys_of(site_id)
        pipeline = self.readers.pipeline(transaction=False)
        pipeline.time()
        pipeline.hvals(tabs)
        pipeline.zrange(visitors, 0, -1, withscores=True)
        if watching:
            pipeline.set(watched, 1, ex=WATCH_SECONDS)
        try:
            (seconds, microseconds), entries, ends, *_ = pipeline.execute()
        except (RedisError, OSError) as error:
            raise self.absence.noted(error) from error
        self.absence.end()
        now = seconds + microseconds / 1_000_000
        read = [tab_of(entry, now) for entry in entries]
        return Heard(
            tabs=[tab for tab in read if tab],
            ended={int(visitor): now - over for visitor, over in ends},
        )


class Absence:
    """Remembers that Redis does not answer, so that not everybody waits for it to fail."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.since = 0.0
        self.again = 0.0

    def check(self) -> None:
        """Raises Away while it is too early to try again."""
        if not self.since:
            return
        now = self.clock()
        if now < self.again:
            raise Away
        self.again = now + PAUSE_SECONDS

    def noted(self, error: BaseException) -> Away:
        """Said once until it works again: each beat would say it."""
        if not self.since:
            logger.warning("presence_store_failed", error=type(error).__name__)
        self.since = self.since or self.clock()
        self.again = self.clock() + PAUSE_SECONDS
        return Away()

    def end(self) -> None:
        if self.since:
            logger.info("presence_store_recovered", seconds=round(self.clock() - self.since))
        self.since = 0.0


def keys_of(site_id: int) -> list[str]:
    # In braces, all keys of a site are on one node of a cluster.
    return [
        f"footfall:presence:{{{site_id}}}:{name}" for name in ("tabs", "ends", "visitors", "watch")
    ]


def tab_of(entry: str, now: float) -> Tab | None:
    """The page of an entry, unless it has ended."""
    _, over, left, active, visitor, before, path = entry.split(" ", 6)
    if left == "1" or float(over) <= now:
        return None
    return Tab(int(visitor), None if before == "-" else int(before), active == "1", path)
