"""The feed as filters leave it: visits that have an event for which they hold, from storage.

A visit enters such a feed with the first of these events, and its row then grows with all its
events.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from realtime import sightings
from realtime.news import Happening, News
from realtime.rows import MOST_ROWS, Row, Rows
from tracking.models import Event
from tracking.warehouse.evaluate import Holds
from tracking.warehouse.goals import Goal, goals_of

# How many events a feed looks back over when it begins.
FARTHEST = 5_000
CHUNK = 200


@dataclass(frozen=True)
class Matches:
    """What a feed shows at an id, `head`; it knows all that entered above `floor`."""

    head: int
    floor: int
    rows: Rows

    def knows(self, cursor: int) -> bool:
        """Whether it can tell all that entered after a cursor; of many it keeps the newest."""
        oldest = self.rows.latest(MOST_ROWS)[MOST_ROWS - 1 :]
        return cursor >= max([self.floor, *(row.entered for row in oldest)])


@dataclass(frozen=True)
class Change:
    """What became of the matches, and the rows that are new in it or grew."""

    matches: Matches
    new: list[Row]
    grown: list[Row]


def begin(site_id: int, holds: Holds, upto: int) -> Matches:
    """The newest visits that match up to an id."""
    goals = goals_of([site_id]).get(site_id, ())
    events = list(_told(site_id, goals).filter(id__lte=upto).order_by("-id")[:FARTHEST])
    floor = events[-1].id - 1 if len(events) == FARTHEST else 0
    matching = {event.visit for event in events if holds(event)}
    found = _whole(site_id, matching, upto, holds, goals)
    known = [row for row in found if row.entered > floor]
    if len(known) > MOST_ROWS:
        floor = known[-MOST_ROWS].entered - 1
    return Matches(upto, floor, Rows(known))


def go_on(site_id: int, holds: Holds, before: Matches, upto: int) -> Change:
    """Take in what happened after the matches up to an id, or the first part of it."""
    goals = goals_of([site_id]).get(site_id, ())
    found = _told(site_id, goals).filter(id__gt=before.head, id__lte=upto)
    events = list(found.order_by("id")[:CHUNK])
    head = events[-1].id if len(events) == CHUNK else upto
    rows = before.rows.copy()
    steps = [step for step in News.of(head, events, goals).steps if step.visit in rows]
    _, grown = rows.take(News(head, [], steps))
    matching = {event.visit for event in events if event.visit not in rows and holds(event)}
    whole = _whole(site_id, matching, head, holds, goals)
    # One that had entered before is so old that pages have let it go.
    new = [row for row in whole if row.entered > before.head]
    rows.add(new)
    return Change(Matches(head, before.floor, rows), new, grown)


def _told(site_id: int, goals: tuple[Goal, ...]) -> QuerySet[Event]:
    return sightings.counted(site_id, goals).filter(flags="")


def _whole(
    site_id: int, visits: Iterable[int], upto: int, holds: Holds, goals: tuple[Goal, ...]
) -> list[Row]:
    """The rows of visits with all their events up to an id, in the order in which they entered."""
    wanted = set(visits)
    if not wanted:
        return []
    events = _told(site_id, goals).filter(id__gte=min(wanted), id__lte=upto, visit__in=wanted)
    by_visit: dict[int, list[Event]] = defaultdict(list)
    for event in events.order_by("id"):
        by_visit[event.visit].append(event)
    rows = [row_of(each, holds, goals) for each in by_visit.values()]
    return sorted((row for row in rows if row), key=lambda row: row.entered)


def row_of(events: Sequence[Happening], holds: Holds, goals: tuple[Goal, ...]) -> Row | None:
    """The row of a visit, of its events in order.

    None where its first event is not among them, or none for which the filters hold.
    """
    news = News.of(events[-1].id, events, goals)
    entered = next((event.id for event in events if holds(event)), None)
    if not news.visits or entered is None:
        return None
    row = Row.begin(news.visits[0])
    for step in news.steps:
        row = row.after(step)
    return replace(row, entered=entered)
