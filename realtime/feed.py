"""A site's feed as storage has it: visits in the order of their ids, read from a cursor.

A cursor is the id of an event. Ids grow in commit order, so whoever has read up to one never finds
a smaller one later.
"""

from django.db.models import F, Max, QuerySet

from realtime import sightings
from realtime.news import News
from realtime.rows import Rows
from tracking.models import Event, EventLog
from tracking.warehouse.goals import Goal, goals_of
from tracking.warehouse.sealing.manifest import held

# A page shows the newest 200: whoever is further behind than this had better begin again.
FARTHEST = 10_000
CHUNK = 200


def end() -> int:
    """The highest id given so far. All events up to it can be read."""
    return EventLog.objects.aggregate(end=Max("last_id"))["end"] or 0


def is_empty(site_id: int) -> bool:
    return not counted(site_id).exists() and not held(site_id).visits


def ids(site_id: int, cursor: int, upto: int) -> list[int]:
    """The ids of the visits with cursor < id <= upto, in order."""
    opened = _visits(site_id).filter(id__gt=cursor, id__lte=upto).order_by("id")
    return list(opened.values_list("id", flat=True))


def news(site_id: int, cursor: int, upto: int) -> News:
    """What happened with cursor < id <= upto, or the first part of it; `last` says how far."""
    goals = goals_of([site_id]).get(site_id, ())
    events = _told(site_id, goals).filter(id__gt=cursor, id__lte=upto).order_by("id")[:CHUNK]
    found = list(events)
    return News.of(found[-1].id if len(found) == CHUNK else upto, found, goals)


def latest(site_id: int, upto: int, count: int) -> Rows:
    """The last visits with id <= upto, each as far as it had come by then."""
    opened = _visits(site_id).filter(id__lte=upto).order_by("-id")[:count]
    ids = [event.id for event in opened]
    if not ids:
        return Rows()
    goals = goals_of([site_id]).get(site_id, ())
    events = _told(site_id, goals).filter(id__gte=ids[-1], id__lte=upto, visit__in=ids)
    rows = Rows()
    rows.take(News.of(upto, events.order_by("id"), goals))
    return rows


def is_lost(site_id: int, cursor: int) -> bool:
    """Whether the feed cannot be continued from a cursor.

    It lies above the highest id (the database was restored), before a visit that is sealed by now,
    or more than `FARTHEST` visits back.
    """
    if cursor > end() or cursor < held(site_id).last_id:
        return True
    behind = _visits(site_id).filter(id__gt=cursor).order_by("id").values_list("id")
    return behind[: FARTHEST + 1].count() > FARTHEST


def _visits(site_id: int) -> QuerySet[Event]:
    """The events that opened a visit."""
    return counted(site_id).filter(visit=F("id"))


def _told(site_id: int, goals: tuple[Goal, ...]) -> QuerySet[Event]:
    """What counts, and such engagement as may reach a goal."""
    return sightings.counted(site_id, goals).filter(flags="")


def counted(site_id: int) -> QuerySet[Event]:
    """Less what counts nowhere: engagement alone, bots, and events without a known visitor."""
    return Event.objects.filter(site_id=site_id, flags="").exclude(name="engagement")
