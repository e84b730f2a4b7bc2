"""Which visit an event belongs to: same visitor, gaps under 30 minutes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from tracking.enrich.event import EnrichedEvent
from tracking.ingest.hit import Flag
from tracking.many import among, pairs
from tracking.models.events import GAP
from tracking.warehouse.sealing import late

# What an event has from its visit: whatever opened the visit tells where all of it came from.
VISIT_FIELDS = (
    "referrer",
    "source",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "country",
    "region",
    "city",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "device",
    "screen",
    "language",
)

visit_fields = attrgetter(*VISIT_FIELDS)

Visitor = tuple[int, int]  # site, visitor id
# An event, and its visitor under the salt of the day before.
Known = tuple[EnrichedEvent, int | None]


@dataclass(slots=True)
class Visit:
    """As much of a visit as tells whether an event joins it, and what the event takes from it."""

    id: int
    first: datetime
    last: datetime
    fields: tuple[str, ...]

    def reaches(self, time: datetime) -> bool:
        return self.first - GAP < time < self.last + GAP

    def join(self, event: EnrichedEvent) -> None:
        event.visit = self.id
        for name, value in zip(VISIT_FIELDS, self.fields, strict=True):
            setattr(event, name, value)
        self.first = min(self.first, event.time)
        self.last = max(self.last, event.time)


Visits = dict[Visitor, list[Visit]]


def assign(events: Sequence[EnrichedEvent], visitors_before: Sequence[int | None]) -> None:
    """Give each event its visit; `visitors_before` are the ids under the salt of the day before.

    The events have their ids, in the order of acceptance. Must run in the transaction that holds
    the event log's lock, so that no other event comes between the look and the insert.
    """
    known = [
        (event, visitor_before)
        for event, visitor_before in zip(events, visitors_before, strict=True)
        if Flag.NO_VISITOR not in event.flags
    ]
    if not known:
        return
    late.reopen_around(sightings(known))
    visits = visits_around(known)
    for event, visitor_before in known:
        place(event, visitor_before, visits)


def place(event: EnrichedEvent, visitor_before: int | None, visits: Visits) -> None:
    visit = reached(visits[event.site_id, event.visitor], event.time)
    if visit is None and visitor_before is not None:
        visit = reached(visits[event.site_id, visitor_before], event.time)
        if visit is not None:
            event.visitor = visitor_before
    if visit is not None:
        visit.join(event)
        return
    event.visit = event.id
    # Engagement without a visit counts nowhere, so nothing may join it.
    if event.name != "engagement":
        opened = Visit(event.id, event.time, event.time, visit_fields(event))
        visits[event.site_id, event.visitor].append(opened)


def reached(visits: Iterable[Visit], time: datetime) -> Visit | None:
    """The visit that an event of that time joins.

    A late event may lie in reach of two visits, which stay two: it continues the earlier one.
    """
    return min((visit for visit in visits if visit.reaches(time)), key=first_of, default=None)


def first_of(visit: Visit) -> datetime:
    return visit.first


def sightings(known: Iterable[Known]) -> Iterable[late.Sighting]:
    for event, visitor_before in known:
        yield event.site_id, event.visitor, event.time
        if visitor_before is not None:
            yield event.site_id, visitor_before, event.time


def visits_around(known: Sequence[Known]) -> Visits:
    """The stored visits that any of the events could join."""
    visits: Visits = defaultdict(list)
    wanted = {(site_id, visitor) for site_id, visitor, _ in sightings(known)}
    earliest = min(event.time for event, _ in known) - GAP
    latest = max(event.time for event, _ in known) + GAP
    for visitor, visit in stored_visits(wanted, earliest, latest):
        visits[visitor].append(visit)
    return visits


def stored_visits(
    visitors: Iterable[Visitor], earliest: datetime, latest: datetime
) -> Iterable[tuple[Visitor, Visit]]:
    """The visits with events in that time, each with its visitor."""
    wanted, values = pairs(sorted(visitors), "wanted_site", "wanted_visitor")
    times = [connection.ops.adapt_datetimefield_value(time) for time in (earliest, latest)]
    # CROSS: SQLite then looks for each visitor by the index, whatever it thinks of the numbers.
    spans = rows(
        "SELECT site_id, visitor, visit, min(time), max(time) "  # noqa: S608
        f"FROM {wanted} CROSS JOIN tracking_event "
        "WHERE site_id = wanted_site AND visitor = wanted_visitor AND time > %s AND time < %s "
        "GROUP BY site_id, visitor, visit",
        [*values, *times],
    )
    if not spans:
        return
    of_spans, values = among([visit_id for _, _, visit_id, *_ in spans])
    opened = rows(
        f"SELECT id, {', '.join(VISIT_FIELDS)} FROM tracking_event "  # noqa: S608
        f"WHERE id {of_spans} AND name <> 'engagement'",
        values,
    )
    fields = {visit_id: tuple(values) for visit_id, *values in opened}
    for site_id, visitor, visit_id, first, last in spans:
        if visit_id in fields:
            visit = Visit(visit_id, moment(first), moment(last), fields[visit_id])
            yield (site_id, visitor), visit


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def moment(value: datetime | str) -> datetime:
    """A time as a driver gives it: SQLite's knows nothing of times."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
