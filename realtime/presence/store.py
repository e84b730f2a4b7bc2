"""Where beats are kept for the seconds that they hold: in Redis, or in this process without it.

Nothing of them is written anywhere else.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from django.conf import settings

from realtime.presence.beats import Beat, State

# The five-minute rule does not count whom beats have told of so lately.
REMEMBER_SECONDS = 300
# A beat that comes after a page was left, but was sent before, brings nobody back.
LEFT_SECONDS = 30
# Of a dashboard that is open, renewed each second.
WATCH_SECONDS = 15
# Forged beats fill no memory: 10 MB a site at the most.
MOST_TABS = 20_000
SWEEP_SECONDS = 10


class Away(Exception):
    """The store does not answer; who is here is not known."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two beats of a page, and how much later than that the next may come."""

    watched: float = 5
    unwatched: float = 60
    late: float = 3


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Tab:
    """A page that somebody looks at now."""

    visitor: int
    before: int | None
    active: bool
    path: str

    @property
    def ids(self) -> list[int]:
        return [self.visitor] if self.before is None else [self.visitor, self.before]


@dataclass(frozen=True, slots=True)
class Heard:
    """What beats tell of a site: the pages that are open, and how long ago each visitor's last one
    ended, in seconds; below zero for one that has not."""

    tabs: list[Tab] = field(default_factory=list)
    ended: dict[int, float] = field(default_factory=dict)

    @property
    def visitors(self) -> set[int]:
        """Whose the open pages are, by today's ids and yesterday's."""
        return {who for tab in self.tabs for who in tab.ids}

    def among(self, visitors: Container[int]) -> "Heard":
        """What beats tell of these visitors alone."""
        tabs = [tab for tab in self.tabs if any(who in visitors for who in tab.ids)]
        return Heard(tabs, self.ended)


class Store(Protocol):
    """Beats of all sites. Both methods raise Away."""

    async def put(self, site_id: int, beat: Beat) -> float:
        """Take a beat; gives the seconds to the next one of its page."""

    def read(self, site_id: int, watching: bool = False) -> Heard:
        """What is known of a site. Who is `watching` it makes its pages beat often for a while."""


@cache
def store() -> Store:
    """The store of this server."""
    if settings.REDIS_URL:
        from realtime.presence.redis_store import RedisStore

        return RedisStore(settings.REDIS_URL)
    return MemoryStore()


@dataclass(slots=True)
class Entry:
    beat: Beat
    ends: float
    forgotten: float


@dataclass(slots=True)
class Room:
    """A site. `visitors` are the times at which the last page of each visitor ends."""

    tabs: dict[str, Entry] = field(default_factory=dict)
    visitors: dict[int, float] = field(default_factory=dict)
    watched_until: float = 0

    def sweep(self, now: float) -> None:
        self.tabs = {tab: each for tab, each in self.tabs.items() if each.forgotten > now}
        first = now - REMEMBER_SECONDS
        self.visitors = {who: ends for who, ends in self.visitors.items() if ends > first}

    def is_empty(self, now: float) -> bool:
        return not self.tabs and not self.visitors and self.watched_until <= now

    def has_room(self, beat: Beat) -> bool:
        return (len(self.tabs) < MOST_TABS or beat.signal.tab in self.tabs) and (
            len(self.visitors) < 2 * MOST_TABS or beat.visitor in self.visitors
        )


class MemoryStore:
    """For one process. Beats come on its event loop, readers from any thread."""

    def __init__(self, pace: Pace = PACE, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace = pace
        self.clock = clock
        self.rooms: dict[int, Room] = defaultdict(Room)
        self.swept = clock()
        self.lock = threading.Lock()

    async def put(self, site_id: int, beat: Beat) -> float:
        now = self.clock()
        with self.lock:
            self.sweep(now)
            room = self.rooms[site_id]
            seconds = self.pace.watched if room.watched_until > now else self.pace.unwatched
            if is_new(beat, room) and room.has_room(beat):
                left = beat.signal.state is State.LEFT
                ends = now if left else now + seconds + self.pace.late
                forgotten = now + LEFT_SECONDS if left else ends
                room.tabs[beat.signal.tab] = Entry(beat, ends, forgotten)
                for visitor in ids_of(beat):
                    room.visitors[visitor] = ends
            return seconds

    def read(self, site_id: int, watching: bool = False) -> Heard:
        now = self.clock()
        with self.lock:
            if watching:
                self.rooms[site_id].watched_until = now + WATCH_SECONDS
            room = self.rooms.get(site_id, Room())
            beats = [entry.beat for entry in room.tabs.values() if entry.ends > now]
            return Heard(
                tabs=[tab_of(beat) for beat in beats],
                ended={visitor: now - ends for visitor, ends in room.visitors.items()},
            )

    def sweep(self, now: float) -> None:
        if now < self.swept + SWEEP_SECONDS:
            return
        self.swept = now
        for site_id, room in list(self.rooms.items()):
            room.sweep(now)
            if room.is_empty(now):
                del self.rooms[site_id]


def is_new(beat: Beat, room: Room) -> bool:
    held = room.tabs.get(beat.signal.tab)
    return held is None or held.beat.signal.number < beat.signal.number


def ids_of(beat: Beat) -> list[int]:
    return [beat.visitor] if beat.before is None else [beat.visitor, beat.before]


def tab_of(beat: Beat) -> Tab:
    return Tab(beat.visitor, beat.before, beat.signal.state is State.ACTIVE, beat.path)
