"""Who is on a site now, where they are, and how many pages were viewed lately.

Bots are left out; an event without a known visitor is a pageview of nobody's.

Who is online follows from beats (`realtime.presence`). Of whom no beat tells is online for five
minutes after an event, the rule that Plausible uses for its current visitors. An engagement event
counts nowhere, so it keeps nobody online. A rise or fall compares by that rule alone, whose past
is known.

All else follows from the events and the moment alone, not from when they were taken in: a window
that is filled later, with the events up to a moment, gives the figures that were shown then.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import NamedTuple

from django.db.models import QuerySet

from realtime import feed, sightings
from realtime.presence.origins import Origins
from realtime.presence.people import Here, here
from realtime.presence.store import Heard
from realtime.sightings import Sighting, counted
from realtime.trails import KEPT, Trails, minute
from tracking.models import Event
from tracking.warehouse.evaluate import Holds
from tracking.warehouse.goals import Goal, goals_of

MINUTES = 30
SECONDS = 60
RANKS = 5


class Rank(NamedTuple):
    """How many people are at a value, and how many more than five minutes before."""

    value: str
    count: int
    change: int


@dataclass(frozen=True)
class Now:
    """A site at one moment.

    `minutes` are pageviews and end with the running one; `seconds` are those of the last minute by
    the second since 1970, empty ones left out. The lists rank who is online: where they are, came
    from, live and what they use, and what they did in the last five minutes. `countries` has all of
    them. Of those online, `active` and `idle` ones are known by beats, `recent` ones by events.
    """

    online: int
    active: int
    idle: int
    recent: int
    change: int
    minutes: list[int]
    seconds: dict[int, int]
    pages: list[Rank]
    sources: list[Rank]
    places: list[Rank]
    devices: list[Rank]
    events: list[Rank]
    countries: dict[str, int]

    @property
    def pageviews(self) -> int:
        return sum(self.minutes)


class Window:
    """A site's last 30 minutes in memory, kept up by reading only the events that are new.

    With `holds` it is about the events for which that holds alone, and about their visitors.
    """

    def __init__(self, site_id: int, holds: Holds | None = None) -> None:
        self.site_id = site_id
        self.holds = holds
        self.cursor = 0
        self.trails = Trails()
        self.origins = Origins(site_id)
        self.pageviews: Counter[int] = Counter()
        self.seconds: Counter[int] = Counter()

    def read(self, now: datetime, heard: Heard | None = None) -> Now:
        """Take in what was stored since the last call, and count, with what beats tell."""
        goals = goals_of([self.site_id]).get(self.site_id, ())
        if not self.cursor:
            self._begin(now, goals)
        events = counted(self.site_id, goals).filter(id__gt=self.cursor)
        self.take(sightings.read(events, self.holds), goals)
        return self.at(now, heard)

    def _begin(self, now: datetime, goals: tuple[Goal, ...]) -> None:
        """Take in the last half hour; before the trails begin pageviews alone, which is soon done.

        All up to the same id, whatever is stored meanwhile.
        """
        upto = feed.end()
        start, edge = now - timedelta(minutes=MINUTES), now - timedelta(minutes=KEPT)
        events = counted(self.site_id, goals).filter(id__lte=upto, time__gt=start)
        if not self.holds:
            self._count_pageviews(events.filter(time__lte=edge))
            events = events.filter(time__gt=edge)
        self.take(sightings.read(events, self.holds), goals)
        self.cursor = upto

    def _count_pageviews(self, events: QuerySet[Event]) -> None:
        times = events.filter(name="pageview").values_list("time", flat=True)
        for time in times.iterator(sightings.CHUNK):
            self.pageviews[minute(time)] += 1

    def take(self, seen: Iterable[Sighting], goals: tuple[Goal, ...]) -> None:
        for each in seen:
            self.cursor = each.id
            if each.name == "pageview":
                second = int(each.time.timestamp())
                self.pageviews[second // 60] += 1
                self.seconds[second] += 1
            if each.visit:
                self.trails.take(each, each.deeds(goals))

    def at(self, now: datetime, heard: Heard | None = None) -> Now:
        """Let go what is too old, and count."""
        self.trails.forget(now)
        keep_above(self.pageviews, minute(now) - MINUTES)
        keep_above(self.seconds, int(now.timestamp()) - SECONDS)
        after, before = self.trails.at(now), self.trails.before(now)
        found = self.here(now, heard or Heard())
        return Now(
            online=found.online,
            active=found.active,
            idle=found.idle,
            recent=found.recent,
            change=after.online - before.online,
            minutes=[self.pageviews[minute(now) - ago] for ago in range(MINUTES - 1, -1, -1)],
            seconds=dict(sorted(self.seconds.items())),
            pages=ranked(found.pages, after.pages, before.pages),
            sources=ranked(found.sources, after.sources, before.sources),
            places=ranked(found.countries, after.countries, before.countries),
            devices=ranked(found.devices, after.devices, before.devices),
            events=ranked(after.events, after.events, before.events),
            countries=dict(sorted(found.countries.items())),
        )

    def here(self, now: datetime, heard: Heard) -> Here:
        recent, trails = self.trails.recent(now), self.trails.by_visitor
        if self.holds:
            heard = heard.among(trails)
        known = {who: trails[who].origin for who in heard.visitors if who in trails}
        others = self.origins.of(heard.visitors - known.keys())
        return here(heard, recent, known | others, now)


def ranked(now: Counter[str], after: Counter[str], before: Counter[str]) -> list[Rank]:
    """The first ones now, with what changed from `before` to `after`.

    Of equal ones in their own order, so that rows do not swap about.
    """
    first = nsmallest(RANKS, now.items(), key=lambda item: (-item[1], item[0]))
    return [Rank(value, count, after[value] - before[value]) for value, count in first]


def keep_above(counts: Counter[int], number: int) -> None:
    for old in [each for each in counts if each <= number]:
        del counts[old]
