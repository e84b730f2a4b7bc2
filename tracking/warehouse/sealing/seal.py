"""Sealing: events of closed visits leave the event table for files.

The files are written first. Then their rows change sides, a slice of them in each transaction,
because accepting waits while a transaction writes. Killed anywhere, a row is on one side.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import structlog

from tracking.models import Event, EventLog, SealedSegment, SealedShare, Site
from tracking.turns import write_transaction
from tracking.warehouse.hot import visits_of
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.closed import horizon, stage
from tracking.warehouse.sealing.manifest import next_generation
from tracking.warehouse.sealing.turn import Turn

logger = structlog.get_logger(__name__)

# Events that leave in one transaction.
SLICE = 250


class Changed(Exception):
    """Events of the visits that were about to leave have come or gone since they were read."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Events that leave together, with their visits in order."""

    units: list[int]
    ids: list[int]


def seal_closed(connection: duckdb.DuckDBPyConnection, mine: Turn, now: datetime) -> int:
    """Seal all visits that are closed, and return how many events left."""
    before = horizon(now)
    moved, more = 0, True
    while more:
        staged = stage(connection, before)
        left = _seal_staged(connection, mine, staged.seen, now)
        # Visits that go on beyond what was staged are whole in the next round.
        more = staged.more and left > 0
        moved += left
    if moved:
        logger.info("events_sealed", count=moved, before=before.isoformat())
    return moved


def _seal_staged(
    connection: duckdb.DuckDBPyConnection, mine: Turn, seen: int, now: datetime
) -> int:
    days = connection.execute("SELECT DISTINCT day FROM staged ORDER BY day").fetchall()
    return sum(_seal_day(connection, mine, day, seen, now) for (day,) in days)


def _seal_day(
    connection: duckdb.DuckDBPyConnection, mine: Turn, day: date, seen: int, now: datetime
) -> int:
    connection.execute("CREATE OR REPLACE TABLE leaving AS FROM staged WHERE day = $1", [day])
    segment = write_segment(connection, mine, day, now)
    slices = _slices(connection)
    move = Move(segment, shares_of(connection), slices[-1].units[-1], seen)
    moved = 0
    for part in slices:
        try:
            move.slice(part)
        except Changed:
            # What has not left yet stays for the next run, in a segment of its own.
            logger.info("sealing_postponed", segment=segment.name)
            break
        moved += len(part.ids)
    return moved


def write_segment(
    connection: duckdb.DuckDBPyConnection,
    mine: Turn,
    day: date,
    sealed_at: datetime,
    last_day: date | None = None,
    visits: str = f"({visits_of('leaving')})",
) -> SealedSegment:
    """Write the events of the table `leaving`, and give the segment, which is not stored yet.

    Their visits began on that day, or on those up to `last_day`.
    """
    name = mine.announce(files.new_name(day))
    size = files.write(connection, name, {"events": "leaving", "visits": visits})
    return SealedSegment(
        name=name,
        day=day,
        last_day=last_day or day,
        sealed_at=sealed_at,
        size=size,
        moved_at=0,
    )


def shares_of(connection: duckdb.DuckDBPyConnection) -> list[SealedShare]:
    """What the table `leaving` holds of each site; not stored yet."""
    found = connection.execute(
        "SELECT site_id, min(time), max(time), max(visit), count(*),"
        " count(DISTINCT visit) FILTER (WHERE name <> 'engagement' AND visit <> 0)"
        " FROM leaving GROUP BY site_id ORDER BY site_id"
    ).fetchall()
    return [
        SealedShare(
            site_id=site_id,
            first_time=first.replace(tzinfo=UTC),
            last_time=last.replace(tzinfo=UTC),
            last_id=last_id,
            events=events,
            visits=visits,
        )
        for site_id, first, last, last_id, events, visits in found
    ]


def _slices(connection: duckdb.DuckDBPyConnection) -> list[Slice]:
    """All of `leaving` by its visits, none of which is divided."""
    rows = connection.execute("SELECT unit, list(id) FROM leaving GROUP BY unit ORDER BY unit")
    slices = [Slice([], [])]
    for unit, ids in rows.fetchall():
        if slices[-1].ids and len(slices[-1].ids) + len(ids) > SLICE:
            slices.append(Slice([], []))
        slices[-1].units.append(unit)
        slices[-1].ids.extend(ids)
    return slices


class Move:
    """The change of sides of a segment's rows, slice by slice.

    `seen` is an id of the log: up to it, events were looked for that came to a leaving visit since
    the files were written. `joined` are the visits that newer ones came to.
    """

    def __init__(
        self, segment: SealedSegment, shares: list[SealedShare], last: int, seen: int
    ) -> None:
        self.segment = segment
        self.shares = shares
        self.last = last
        self.seen = seen
        self.joined: set[int] = set()

    def slice(self, part: Slice) -> None:
        """Raises `Changed`, and has then changed nothing, where the files are no longer right."""
        with write_transaction():
            # With the log's lock, no event comes and no other change of the manifest is made.
            end = EventLog.lock()
            newer = Event.objects.filter(id__gt=self.seen).values_list("visit", flat=True)
            self.joined.update(newer)
            if not self.joined.isdisjoint(part.units) or len(part.ids) != _delete(part.ids):
                raise Changed
            upto = part.units[-1]
            self.segment.upto = None if upto == self.last else upto
            self.segment.moved_at = next_generation()
            self._store()
        self.seen = end

    def _store(self) -> None:
        if self.segment.pk:
            self.segment.save(update_fields=["upto", "moved_at"])
            return
        sites = set(Site.objects.values_list("pk", flat=True))
        shares = [share for share in self.shares if share.site_id in sites]
        self.segment.stale = len(shares) < len(self.shares)
        self.segment.save()
        for share in shares:
            share.segment = self.segment
        SealedShare.objects.bulk_create(shares)


def _delete(ids: list[int]) -> int:
    return Event.objects.filter(id__in=ids).delete()[0]
