"""Late events: what was sealed before they came goes back to the event table, and is sealed anew.

Enrichment and the live pages then see one kind of visit, and readers count no visit in two parts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tracking.models import Event, ReopenedVisit, SealedSegment
from tracking.models.events import GAP
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.schema import EVENTS
from tracking.warehouse.sealing.manifest import Sealed, Share, next_generation, sealed

if TYPE_CHECKING:
    import duckdb

# Nothing is sealed before it is older than this, and the gap of a visit besides.
RECENT = timedelta(minutes=30)
# An event that is younger has a visitor id under today's salt or yesterday's.
SALT = timedelta(hours=24)

Sighting = tuple[int, int, datetime]  # a site, a visitor, and when the visitor was seen there


def reopen_around(seen: Iterable[Sighting]) -> int:
    """Bring back the sealed visits that events of these visitors and times might join.

    Those too that were taken for their visitors' only ones, see `tracking.warehouse.sealing.merge`.
    To be called in a transaction that holds the event log's lock. Returns how many visits.
    """
    old = timezone.now() - RECENT
    late: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for site_id, visitor, time in seen:
        if time < old:
            late[site_id].append((visitor, time))
    return sum(_reopen(site_id, sightings) for site_id, sightings in late.items())


def _reopen(site_id: int, sightings: list[tuple[int, datetime]]) -> int:
    there = sealed(site_id)
    # Visitors whose salt may still live are in no final segment.
    unexpected = any(time < timezone.now() - SALT for _, time in sightings)
    first, last = (naive_utc(end(time for _, time in sightings)) for end in (min, max))
    shares = [
        share
        for share in there.shares
        if (share.first < last + GAP and share.last > first - GAP) or (share.final and unexpected)
    ]
    if not shares:
        return 0
    # Not at the top: processes that only take hits have no use for DuckDB.
    from tracking.warehouse.database import open_reader

    connection = open_reader()
    try:
        return _bring_back(connection, there, shares, sightings)
    finally:
        connection.close()


def _bring_back(
    connection: "duckdb.DuckDBPyConnection",
    there: Sealed,
    shares: list[Share],
    sightings: list[tuple[int, datetime]],
) -> int:
    connection.execute(
        "CREATE TEMP TABLE seen AS SELECT unnest($1::BIGINT[]) AS visitor, unnest($2) AS moment",
        [[visitor for visitor, _ in sightings], [naive_utc(time) for _, time in sightings]],
    )
    found = [(share, _visits_of(connection, there, share)) for share in shares]
    reopened = [(share, visits) for share, visits in found if visits]
    for share, visits in reopened:
        _reopen_visits(connection, there, share, visits)
    if reopened:
        next_generation()
    return sum(len(visits) for _, visits in reopened)


def _visits_of(
    connection: "duckdb.DuckDBPyConnection", there: Sealed, share: Share
) -> list[tuple[int, int]]:
    """Visits with an event of a seen visitor less than a gap away, and their visitors.

    In a final segment, all visits of these visitors.
    """
    visitors = connection.execute("SELECT DISTINCT visitor FROM seen ORDER BY visitor").fetchall()
    seen = ", ".join(f"{visitor:d}" for (visitor,) in visitors)
    (rows,) = there.rows("events", [share], f"visit <> 0 AND visitor IN ({seen})")
    near = f"abs(epoch_us(e.time) - epoch_us(moment)) < {GAP // timedelta(microseconds=1)}"
    return connection.execute(
        f"SELECT DISTINCT visit, e.visitor FROM (SELECT * FROM {rows}) e"  # noqa: S608
        f" JOIN seen ON e.visitor = seen.visitor AND {'true' if share.final else near}"
        " ORDER BY visit"
    ).fetchall()


def _reopen_visits(
    connection: "duckdb.DuckDBPyConnection",
    there: Sealed,
    share: Share,
    visits: Sequence[tuple[int, int]],
) -> None:
    chosen = ", ".join(f"{visit:d}" for visit, _ in visits)
    (rows,) = there.rows("events", [share], f"visit IN ({chosen})")
    found = connection.execute(f"SELECT {', '.join(EVENTS)} FROM {rows}")  # noqa: S608
    Event.objects.bulk_create(_events(found), batch_size=500)
    ReopenedVisit.objects.bulk_create(
        ReopenedVisit(segment_id=share.segment, site_id=there.site_id, visit=visit, visitor=visitor)
        for visit, visitor in visits
    )
    SealedSegment.objects.filter(pk=share.segment).update(stale=True)


def _events(found: "duckdb.DuckDBPyConnection") -> Iterator[Event]:
    for values in found.fetchall():
        yield Event(**_fields(dict(zip(EVENTS, values, strict=True))))


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """A sealed event as the event table has it."""
    bot = row.pop("bot")
    del row["single"]
    return {
        **row,
        "time": row["time"].replace(tzinfo=timezone.get_default_timezone()),
        "props": json.dumps(row["props"], ensure_ascii=False, separators=(",", ":"))
        if row["props"]
        else "",
        "flags": "bot" if bot == "yes" else "",
    }
