"""A site's live events: visits, goals that are reached and thresholds that are crossed.

All roads tell the same events in the same order. docs/live-events.md describes them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from django.db.models import F, Q, QuerySet

from realtime import feed
from realtime.out.models import Crossing, Kind
from realtime.out.money import money_fields
from realtime.reader import HIGHEST_ID, valid_id
from realtime.visits import cut
from tracking.models import Event, Site
from tracking.models import Goal as StoredGoal
from tracking.warehouse.goals import Goal, reached, read_goal

# Rows that are read at once.
CHUNK = 200


class Position(NamedTuple):
    """A place in the order of live events, and the id of the one that stands there.

    `event` is an id of the event log. What one stored event tells has one part each: 0 for the
    visit that it opened, the goal's number for each goal that it reached.
    """

    event: int
    part: int = HIGHEST_ID

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Of `17-2`, or of `17`, which stands after all that event 17 told. Raises ValueError."""
        numbers = text.split("-")
        if len(numbers) > 2 or not all(n.isascii() and n.isdigit() for n in numbers):
            raise ValueError(f"{text:.40} is no cursor")
        return cls(*(valid_id(int(number[:20])) for number in numbers))

    def __str__(self) -> str:
        return str(self.event) if self.part == HIGHEST_ID else f"{self.event}-{self.part}"

    @property
    def first_event(self) -> int:
        """The first stored event that may tell something after it."""
        return self.event + 1 if self.part == HIGHEST_ID else self.event


@dataclass(frozen=True)
class LiveEvent:
    """One event; `fields` are what its kind tells besides."""

    position: Position
    kind: Kind
    site: str
    time: datetime
    fields: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """As JSON, made once for all who are told."""
        told = {
            "id": str(self.position),
            "type": self.kind.value,
            "site": self.site,
            "time": written(self.time),
            **self.fields,
        }
        return orjson.dumps(told).decode()


def written(time: datetime) -> str:
    """Such as 2026-11-21T22:30:05.250Z."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Chunk(NamedTuple):
    """Events in their order, and up to where they were read."""

    events: list[LiveEvent]
    position: Position


def end() -> Position:
    """After everything that has happened so far."""
    return Position(feed.end())


def is_lost(site_id: int, position: Position) -> bool:
    """Whether events after it may be gone from the hot rows, or are too many to be told."""
    return feed.is_lost(site_id, position.event)


def after(site: Site, position: Position, upto: Position, kinds: Collection[str]) -> Chunk:
    """The events with position < id <= upto, as far as they are read at once."""
    goals = goals_of(site.pk) if Kind.GOAL in kinds else []
    rows: list[Event] = []
    if goals or Kind.VISIT in kinds:
        rows = list(telling(site.pk, goals, position, upto).order_by("id")[:CHUNK])
    reached_end = upto if len(rows) < CHUNK else Position(rows[-1].id)
    found = [event for row in rows for event in told_by(row, site.domain, goals, kinds)]
    if Kind.THRESHOLD in kinds:
        found += crossings(site, position, reached_end)
    events = sorted(
        (each for each in found if position < each.position <= upto), key=lambda e: e.position
    )
    return Chunk(events, reached_end)


def goals_of(site_id: int) -> list[tuple[int, Goal]]:
    """A site's goals with their numbers."""
    rows = StoredGoal.objects.filter(site_id=site_id).order_by("pk")
    return [(row.pk, read_goal(row)) for row in rows]


def telling(
    site_id: int, goals: list[tuple[int, Goal]], position: Position, upto: Position
) -> QuerySet[Event]:
    """The stored events that may tell something."""
    opening = Q(visit=F("id")) & ~Q(name="engagement")
    reaching = Q(name__in={goal.event for _, goal in goals})
    rows = Event.objects.filter(opening | reaching if goals else opening, site_id=site_id, flags="")
    return rows.filter(id__gte=position.first_event, id__lte=upto.event)


def told_by(
    row: Event, domain: str, goals: list[tuple[int, Goal]], kinds: Collection[str]
) -> Iterable[LiveEvent]:
    """What a stored event tells."""
    if Kind.VISIT in kinds and row.visit == row.id and row.name != "engagement":
        yield LiveEvent(Position(row.id, 0), Kind.VISIT, domain, row.time, visit_fields(row))
    for number, goal in goals:
        if reached(row, [goal]) and not (goal.is_scroll and was_reached(row, goal)):
            fields = goal_fields(row, goal)
            yield LiveEvent(Position(row.id, number), Kind.GOAL, domain, row.time, fields)


def was_reached(row: Event, goal: Goal) -> bool:
    """Whether the visit had scrolled as far before: pages say again and again how far it is."""
    earlier = Event.objects.filter(site_id=row.site_id, visitor=row.visitor, visit=row.visit)
    earlier = earlier.filter(id__lt=row.id, name=goal.event, scroll_depth__gte=goal.scroll)
    return any(reached(each, [goal]) for each in earlier)


def visit_fields(row: Event) -> dict[str, Any]:
    return {
        "visit": row.visit,
        "page": cut(row.path),
        "title": cut(row.title),
        "hostname": cut(row.hostname),
        "referrer": cut(row.referrer),
        "source": cut(row.source),
        "channel": row.channel,
        "campaign": cut(row.utm_campaign),
        "country": row.country,
        "region": cut(row.region),
        "city": cut(row.city),
        "device": row.device,
        "browser": row.browser,
        "os": row.os,
    }


def goal_fields(row: Event, goal: Goal) -> dict[str, Any]:
    return {
        "visit": row.visit,
        "goal": goal.name,
        "page": cut(row.path),
        "source": cut(row.source),
        "country": row.country,
        **money_fields(row, goal),
    }


def crossings(site: Site, position: Position, upto: Position) -> list[LiveEvent]:
    rows = Crossing.objects.filter(site=site, id__gte=position.first_event, id__lte=upto.event)
    return [
        LiveEvent(
            Position(row.pk, 0),
            Kind.THRESHOLD,
            site.domain,
            row.time,
            {
                "threshold": row.threshold,
                "figure": row.figure,
                "direction": row.direction,
                "limit": row.limit,
                "minutes": row.minutes,
                "value": row.value,
                "watches": row.watches,
                "link": row.link,
            },
        )
        for row in rows.order_by("id")
    ]
