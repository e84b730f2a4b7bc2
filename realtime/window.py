"""Who is on a site now, where they are, and how many pages were viewed lately.

Bots are left out; an event without a known visitor is a pageview of nobody's.

A visitor is online for five minutes after an event, the rule that Plausible uses for its current
visitors. An engagement event counts nowhere, so it keeps nobody online.

Everything follows from the events and the moment alone, not from when they were taken in: a window
that is filled later, with the events up to a moment, gives the figures that were shown then.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from realtime import sightings
from realtime.sightings import Sighting, counted
from realtime.trails import ONLINE, Trails, minute
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
    from and live, and what they did in the last five minutes. `countries` has all of them.
    """

    online: int
    change: int
    minutes: list[int]
    seconds: dict[int, int]
    pages: list[Rank]
    sources: list[Rank]
    places: list[Rank]
    events: list[Rank]
    countries: dict[str, int]

    @property
    def pageviews(self) -> int:
        return sum(self.minutes)


class Window:
    """A site's last 30 minutes in memory, kept up by reading only the events that are new.

    With `holds` it is about the events for which that holds alone.
    """

    def __init__(self, site_id: int, holds: Holds | None = None) -> None:
        self.site_id = site_id
        self.holds = holds
        self.cursor = 0
        self.trails = Trails()
        self.pageviews: Counter[int] = Counter()
        self.seconds: Counter[int] = Counter()

    def read(self, now: datetime) -> Now:
        """Take in what was stored since the last call, and count."""
        goals = goals_of([self.site_id]).get(self.site_id, ())
        events = counted(self.site_id, goals)
        if self.cursor:
            events = events.filter(id__gt=self.cursor)
        else:
            events = events.filter(time__gt=now - timedelta(minutes=MINUTES))
        self.take(sightings.read(events, self.holds), goals)
        return self.at(now)

    def take(self, seen: Iterable[Sighting], goals: tuple[Goal, ...]) -> None:
        for each in seen:
            self.cursor = each.id
            if each.name == "pageview":
                self.pageviews[minute(each.time)] += 1
                self.seconds[int(each.time.timestamp())] += 1
            if each.visit:
                self.trails.take(each, each.deeds(goals))

    def at(self, now: datetime) -> Now:
        """Let go what is too old, and count."""
        self.trails.forget(now)
        keep_above(self.pageviews, minute(now) - MINUTES)
        keep_above(self.seconds, int(now.timestamp()) - SECONDS)
        here, before = self.trails.at(now), self.trails.before(now)
        return Now(
            online=here.online,
            change=here.online - before.online,
            minutes=[self.pageviews[minute(now) - ago] for ago in range(MINUTES - 1, -1, -1)],
            seconds=dict(sorted(self.seconds.items())),
            pages=ranked(here.pages, before.pages),
            sources=ranked(here.sources, before.sources),
            places=ranked(here.countries, before.countries),
            events=ranked(here.events, before.events),
            countries=dict(sorted(here.countries.items())),
        )


def ranked(now: Counter[str], before: Counter[str]) -> list[Rank]:
    """The first ones; of equal ones in their own order, so that rows do not swap about."""
    first = nsmallest(RANKS, now.items(), key=lambda item: (-item[1], item[0]))
    return [Rank(value, count, count - before[value]) for value, count in first]


def keep_above(counts: Counter[int], number: int) -> None:
    for old in [each for each in counts if each <= number]:
        del counts[old]


def online(site_id: int, now: datetime | None = None) -> int:
    """How many visitors had an event in the last five minutes."""
    recent = counted(site_id).filter(time__gt=(now or timezone.now()) - ONLINE).exclude(visit=0)
    return recent.aggregate(online=Count("visitor", distinct=True))["online"]
