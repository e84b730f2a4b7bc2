"""The live page as it was at a moment of the last 24 hours.

Events come from the warehouse, hot rows or sealed ones alike, and go through the same code as those
that are live: so the figures are those that were shown then.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from realtime.matching import row_of
from realtime.rows import Row
from realtime.sightings import Sighting
from realtime.window import MINUTES, Now, Window
from tracking.models import Site
from tracking.warehouse import Query, recorded
from tracking.warehouse.evaluate import Holds
from tracking.warehouse.goals import Goal, goals_of
from tracking.warehouse.visits import Recorded

FARTHEST = timedelta(hours=24)
# Bounds on what is read: of more events in half an hour the latest count, and rows are made of the
# latest before the moment.
MOST_EVENTS = 200_000
MOST_OF_ROWS = 3_000


@dataclass(frozen=True)
class Past:
    """The rows are the newest visits of then, the newest first."""

    now: Now
    rows: list[Row]


def at(site: Site, holds: Holds | None, moment: datetime, count: int) -> Past:
    """How the site's live page was, with so many rows. The moment is a whole second."""
    goals = goals_of([site.pk]).get(site.pk, ())
    lately = _events(site, goals, moment, timedelta(minutes=MINUTES), MOST_EVENTS)
    of_rows = lately[-MOST_OF_ROWS:]
    if len(of_rows) < MOST_OF_ROWS:
        of_rows = _events(site, goals, moment, FARTHEST, MOST_OF_ROWS)
    window = Window(site.pk)
    window.take((_sighting(event) for event in lately if not holds or holds(event)), goals)
    return Past(window.at(moment), _rows(of_rows, holds, goals)[:count])


def _events(
    site: Site, goals: tuple[Goal, ...], moment: datetime, span: timedelta, most: int
) -> list[Recorded]:
    """The latest before a moment, in the order of their ids."""
    # The second that a range ends with is part of it.
    ends = [moment - span, moment - timedelta(seconds=1)]
    query = Query.build(site, ["events"], date_range=[end.isoformat() for end in ends])
    depths = [goal.scroll for goal in goals if goal.scroll is not None]
    return sorted(recorded(query, most, min(depths, default=None)))


def _sighting(event: Recorded) -> Sighting:
    return Sighting(*(getattr(event, name) for name in Sighting._fields))


def _rows(events: Sequence[Recorded], holds: Holds | None, goals: tuple[Goal, ...]) -> list[Row]:
    by_visit: dict[int, list[Recorded]] = defaultdict(list)
    for event in events:
        if event.visit:
            by_visit[event.visit].append(event)
    found = (row_of(each, holds or _everything, goals) for each in by_visit.values())
    return sorted((row for row in found if row), key=lambda row: row.entered, reverse=True)


def _everything(event: object) -> bool:
    return True
