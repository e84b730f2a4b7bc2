"""Where the visitors of the last minutes are and were.

A visitor's trail has one step a minute, so it is bounded however many events there are.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from realtime.presence.people import Origin, Seen
from realtime.sightings import Sighting

ONLINE = timedelta(minutes=5)
# Whose last event is older was not online either when what is now is compared with what was.
KEPT = 11
# A bound on memory; those who were seen longest ago are let go first.
MOST_VISITORS = 100_000
# Of one visitor; names of events may hold ids.
MOST_DEEDS = 50
LONGEST_TEXT = 300


@dataclass(slots=True)
class Step:
    """The latest event of a visitor in one minute."""

    minute: int
    time: datetime
    path: str


@dataclass(slots=True)
class Trail:
    """`steps` are in the order of minutes; `deeds` has when each was last done in a minute."""

    origin: Origin
    steps: list[Step] = field(default_factory=list)
    deeds: dict[tuple[str, int], datetime] | None = None

    def walk(self, time: datetime, path: str) -> None:
        number = minute(time)
        place = len(self.steps)
        while place and self.steps[place - 1].minute > number:
            place -= 1
        if place and self.steps[place - 1].minute == number:
            if self.steps[place - 1].time <= time:
                self.steps[place - 1] = Step(number, time, path)
        else:
            self.steps.insert(place, Step(number, time, path))

    def do(self, time: datetime, name: str) -> None:
        self.deeds = self.deeds or {}
        key = (name, minute(time))
        if len(self.deeds) >= MOST_DEEDS and key not in self.deeds:
            return
        self.deeds[key] = max(time, self.deeds.get(key, time))

    def forget(self, until: int) -> None:
        """Let go the minutes up to a number."""
        self.steps = [step for step in self.steps if step.minute > until]
        if self.deeds:
            self.deeds = {key: time for key, time in self.deeds.items() if key[1] > until}


@dataclass
class Crowd:
    """Those who are online at a moment, counted by where they are and what they did lately."""

    online: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    devices: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)

    def add(self, trail: Trail, path: str) -> None:
        self.online += 1
        self.pages[path] += 1
        self.sources[trail.origin.source] += 1
        self.countries[trail.origin.country] += 1
        self.devices[trail.origin.device] += 1


class Trails:
    def __init__(self) -> None:
        self.by_visitor: dict[int, Trail] = {}
        self._forgotten = 0
        self._before: tuple[int, Crowd] | None = None

    def take(self, seen: Sighting, deeds: tuple[str, ...]) -> None:
        trail = self.by_visitor.get(seen.visitor)
        if trail is None:
            texts = (seen.source[:LONGEST_TEXT], seen.country, seen.device)
            trail = Trail(Origin(*map(sys.intern, texts)))
            self.by_visitor[seen.visitor] = trail
        if seen.name != "engagement":
            trail.walk(seen.time, sys.intern(seen.path[:LONGEST_TEXT]))
        for name in deeds:
            trail.do(seen.time, sys.intern(name))
        if self._before and minute(seen.time) < self._before[0]:
            self._before = None
        if len(self.by_visitor) > 2 * MOST_VISITORS:
            self._drop_excess()

    def at(self, now: datetime) -> Crowd:
        """Who is online at a moment after all that was taken in."""
        crowd, since = Crowd(), now - ONLINE
        for trail in self.by_visitor.values():
            if trail.steps and trail.steps[-1].time > since:
                crowd.add(trail, trail.steps[-1].path)
            if trail.deeds:
                crowd.events.update({name for (name, _), at in trail.deeds.items() if at > since})
        return crowd

    def recent(self, now: datetime) -> dict[int, Seen]:
        """The latest event of everybody who is online at that moment."""
        since = now - ONLINE
        return {
            visitor: Seen(trail.steps[-1].time, trail.steps[-1].path, trail.origin)
            for visitor, trail in self.by_visitor.items()
            if trail.steps and trail.steps[-1].time > since
        }

    def before(self, now: datetime) -> Crowd:
        """Who was online when the minute began in which it was five minutes earlier."""
        edge = minute(now - ONLINE)
        if self._before and self._before[0] == edge:
            return self._before[1]
        crowd, first = Crowd(), edge - minutes_of(ONLINE)
        for trail in self.by_visitor.values():
            step = next((step for step in reversed(trail.steps) if step.minute < edge), None)
            if step and step.minute >= first:
                crowd.add(trail, step.path)
            if trail.deeds:
                crowd.events.update({n for n, number in trail.deeds if first <= number < edge})
        self._before = edge, crowd
        return crowd

    def forget(self, now: datetime) -> None:
        """Let go what says nothing about now or before any more; looks once a minute."""
        number = minute(now)
        if number == self._forgotten:
            return
        self._forgotten = number
        for trail in self.by_visitor.values():
            trail.forget(number - KEPT)
        self.by_visitor = {
            visitor: trail
            for visitor, trail in self.by_visitor.items()
            if trail.steps or trail.deeds
        }
        self._drop_excess()

    def _drop_excess(self) -> None:
        excess = len(self.by_visitor) - MOST_VISITORS
        if excess > 0:
            for visitor in sorted(self.by_visitor, key=self._last)[:excess]:
                del self.by_visitor[visitor]

    def _last(self, visitor: int) -> int:
        steps = self.by_visitor[visitor].steps
        return steps[-1].minute if steps else 0


def minute(time: datetime) -> int:
    """The number of the minute since 1970."""
    return int(time.timestamp()) // 60


def minutes_of(span: timedelta) -> int:
    return int(span.total_seconds()) // 60
