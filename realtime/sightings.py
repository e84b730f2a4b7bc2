"""Events as the figures of a live page need them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tracking.models import Event
from tracking.warehouse.evaluate import Holds
from tracking.warehouse.goals import Goal, reached

# What is read at once: a bound on the memory that the first look at a busy site takes.
CHUNK = 2_000


class Sighting(NamedTuple):
    """The fields are those of the event; visitor and visit are 0 where nobody is known."""

    id: int
    visitor: int
    visit: int
    time: datetime
    name: str
    path: str
    source: str
    country: str
    device: str
    props: str
    scroll_depth: int | None

    def deeds(self, goals: tuple[Goal, ...]) -> tuple[str, ...]:
        """The goals that it reaches, or else its own name where it is no pageview."""
        if names := tuple(goal.name for goal in reached(self, goals)):
            return names
        return () if self.name in ("pageview", "engagement") else (self.name,)


def counted(site_id: int, goals: tuple[Goal, ...] = ()) -> QuerySet[Event]:
    """The site's events less bots and engagement, but for such as may reach one of the goals."""
    kinds = ~Q(name="engagement")
    if depths := [goal.scroll for goal in goals if goal.scroll is not None]:
        kinds |= Q(scroll_depth__gte=min(depths))
    return Event.objects.filter(kinds, site_id=site_id).exclude(flags__contains="bot")


def read(events: QuerySet[Event], holds: Holds | None = None) -> Iterator[Sighting]:
    """The events, or those for which `holds` does, in the order of their ids."""
    ordered = events.order_by("id")
    if holds is None:
        for values in ordered.values_list(*Sighting._fields).iterator(CHUNK):
            yield Sighting(*values)
    else:
        for event in ordered.iterator(CHUNK):
            # What does not hold says how far was read.
            seen = Sighting(*(getattr(event, name) for name in Sighting._fields))
            yield seen if holds(event) else seen._replace(name="", visit=0)
