"""What happened on a site between two ids: visits that opened, and events of open ones."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from realtime.visits import Step, Visit
from tracking.enrich.event import EnrichedEvent
from tracking.models import Event
from tracking.warehouse.goals import Goal, reached
from tracking.warehouse.visits import Recorded

# An event, wherever it was read: its fields have the same names.
Happening = Event | EnrichedEvent | Recorded


@dataclass(frozen=True)
class News:
    """Both lists are in the order of their ids, up to `last`."""

    last: int
    visits: list[Visit]
    steps: list[Step]

    @classmethod
    def of(cls, last: int, events: Iterable[Happening], goals: tuple[Goal, ...]) -> "News":
        """What the feed shows of events: no bots, no unknown visitors, engagement for goals."""
        news = cls(last, [], [])
        for event in events:
            if event.flags:
                continue
            names = [goal.name for goal in reached(event, goals)]
            if event.name != "engagement" and event.id == event.visit:
                news.visits.append(Visit.of(event, names))
            elif event.name != "engagement" or names:
                news.steps.append(Step.of(event, names))
        return news

    def encode(self) -> bytes:
        """As it travels between processes."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "News":
        return msgspec.json.decode(data, type=cls)

    def after(self, cursor: int) -> "News":
        """Less what lies at or below a cursor."""
        visits = [visit for visit in self.visits if visit.id > cursor]
        return News(self.last, visits, [step for step in self.steps if step.id > cursor])
