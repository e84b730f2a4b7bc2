"""Who is on a site now and how many pages were viewed lately.

Bots are left out; an event without a known visitor is a pageview of nobody's.

A visitor is online for five minutes after an event, the rule that Plausible uses for its current
visitors. An engagement event counts nowhere, so it keeps nobody online.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from tracking.models import Event

ONLINE = timedelta(minutes=5)
MINUTES = 30
RANKS = 5


@dataclass(frozen=True)
class Now:
    """A site at one moment; `minutes` ends with the running one, the lists rank who is online."""

    online: int
    minutes: list[int]
    pages: list[tuple[str, int]]
    sources: list[tuple[str, int]]

    @property
    def pageviews(self) -> int:
        return sum(self.minutes)


@dataclass(slots=True)
class Seen:
    """A visitor's latest event."""

    time: datetime
    path: str
    source: str


class Window:
    """A site's last 30 minutes in memory, kept up by reading only the events that are new."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.cursor = 0
        self.visitors: dict[int, Seen] = {}
        self.pageviews: Counter[int] = Counter()

    def read(self, now: datetime) -> Now:
        """Take in what was stored since the last call, let go what is too old, and count."""
        columns = ("id", "visitor", "time", "name", "path", "source", "visit")
        for id_, visitor, time, name, path, source, visit in self._news(now).values_list(*columns):
            self.cursor = id_
            if name == "pageview":
                self.pageviews[minute(time)] += 1
            if not visit:
                continue
            seen = self.visitors.get(visitor)
            if seen is None or seen.time <= time:
                self.visitors[visitor] = Seen(time, path, source)
        self._forget(now)
        return Now(
            online=len(self.visitors),
            minutes=[self.pageviews[minute(now) - ago] for ago in range(MINUTES - 1, -1, -1)],
            pages=Counter(seen.path for seen in self.visitors.values()).most_common(RANKS),
            sources=Counter(seen.source for seen in self.visitors.values()).most_common(RANKS),
        )

    def _news(self, now: datetime) -> QuerySet[Event]:
        events = counted(self.site_id).order_by("id")
        if self.cursor:
            return events.filter(id__gt=self.cursor)
        return events.filter(time__gt=now - timedelta(minutes=MINUTES))

    def _forget(self, now: datetime) -> None:
        gone = [visitor for visitor, seen in self.visitors.items() if seen.time <= now - ONLINE]
        for visitor in gone:
            del self.visitors[visitor]
        for number in [number for number in self.pageviews if number <= minute(now) - MINUTES]:
            del self.pageviews[number]


def minute(time: datetime) -> int:
    """The number of the minute since 1970."""
    return int(time.timestamp()) // 60


def counted(site_id: int) -> QuerySet[Event]:
    events = Event.objects.filter(site_id=site_id).exclude(name="engagement")
    return events.exclude(flags__contains="bot")


def online(site_id: int, now: datetime | None = None) -> int:
    """How many visitors had an event in the last five minutes."""
    recent = counted(site_id).filter(time__gt=(now or timezone.now()) - ONLINE).exclude(visit=0)
    return recent.aggregate(online=Count("visitor", distinct=True))["online"]


def minutes(site_id: int, now: datetime | None = None) -> list[int]:
    """Pageviews of each of the last 30 minutes, the running one last."""
    return Window(site_id).read(now or timezone.now()).minutes
