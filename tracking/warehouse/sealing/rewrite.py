"""Segments are never changed: one that should hold less, or several that are small, are replaced.

All of a replacement is done by whoever has the turn at the sealed files; only the swap in the
manifest, a short transaction, holds back the writers of events.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import duckdb
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from tracking.models import Event, EventLog, ReopenedVisit, SealedSegment, SealedShare, Site
from tracking.turns import write_transaction
from tracking.warehouse.hot import visits_of
from tracking.warehouse.sealing.manifest import UNIT, live, next_generation, read
from tracking.warehouse.sealing.seal import shares_of, write_segment
from tracking.warehouse.sealing.sums import write_sums
from tracking.warehouse.sealing.turn import Turn


def rewrite(
    connection: duckdb.DuckDBPyConnection,
    mine: Turn,
    segments: Sequence[SealedSegment],
    without: str = "false",
    amend: str = "",
) -> None:
    """Put one segment in the place of some, with the rows of these that count.

    `without` is a condition on further rows to leave out, all of a visit or none; `amend` a
    statement that changes what the table `leaving` holds, the same for all rows of a visit.
    """
    left_out = gather(connection, segments, without)
    if amend:
        connection.execute(amend)
    replacement = None
    if shares := shares_of(connection):
        # What is single stays so where other rows go.
        names = [segment.name for segment in segments]
        known = read("visits", names, "single", ["visit", "single"])
        single = f"visit IN (SELECT visit FROM {known} WHERE single)"  # noqa: S608
        connection.execute(
            "CREATE OR REPLACE TABLE visits AS"  # noqa: S608
            f" SELECT * REPLACE ({single} AS single) FROM ({visits_of('leaving')})"
        )
        final = all(segment.final for segment in segments) and not settings.WAREHOUSE
        if final:
            find_elsewhere(connection, segments)
        replacement = write_merged(connection, mine, segments, shares, final)
    with write_transaction():
        swap(segments, replacement, shares, left_out)


def write_merged(
    connection: duckdb.DuckDBPyConnection,
    mine: Turn,
    segments: Sequence[SealedSegment],
    shares: list[SealedShare],
    final: bool,
) -> SealedSegment:
    """Write the table `leaving`, which was gathered from these segments, as one, with its `visits`.

    A final one needs the table `elsewhere`.
    """
    first = min(segment.day for segment in segments)
    last = max(segment.last_day for segment in segments)
    segment = write_segment(connection, mine, first, latest_of(segments), last, "visits")
    segment.final = final
    if final:
        segment.size += write_sums(connection, segment.name, shares)
    return segment


def find_elsewhere(
    connection: duckdb.DuckDBPyConnection, segments: Sequence[SealedSegment]
) -> None:
    """Fill the table `elsewhere` with visitors who have events outside of these segments.

    Or may have: whoever is known for longer than a day comes again.
    """
    hot = list(Event.objects.values_list("site_id", "visitor").distinct())
    connection.execute(
        "CREATE OR REPLACE TABLE elsewhere AS"
        " SELECT unnest($1::BIGINT[]) AS site_id, unnest($2::BIGINT[]) AS visitor",
        [[site_id for site_id, _ in hot], [visitor for _, visitor in hot]],
    )
    connection.execute(
        "INSERT INTO elsewhere SELECT DISTINCT site_id, visitor FROM leaving"
        " WHERE list_contains($1::BIGINT[], site_id)",
        [sites_with_lasting_visitors()],
    )
    others = live().exclude(pk__in=[segment.pk for segment in segments])
    if names := list(others.values_list("name", flat=True)):
        connection.execute(
            f"INSERT INTO elsewhere SELECT DISTINCT site_id, visitor FROM {read('visits', names)}"  # noqa: S608
            " WHERE visitor IN (SELECT visitor FROM leaving)"
        )


def sites_with_lasting_visitors() -> list[int]:
    """Those some of whose visitors keep their ids for longer than two days."""
    keyed = Q(visitor_keys__isnull=False) | Q(own_id_key__isnull=False)
    return list(Site.objects.filter(keyed).values_list("pk", flat=True).distinct())


def latest_of(segments: Sequence[SealedSegment]) -> datetime:
    return max(segment.sealed_at for segment in segments)


def gather(
    connection: duckdb.DuckDBPyConnection, segments: Sequence[SealedSegment], without: str = "false"
) -> set[int]:
    """Fill the table `leaving` with the rows that count.

    Returns the keys of the rows of `ReopenedVisit` that these segments are then without.
    """
    reopened = ReopenedVisit.objects.filter(segment__in=segments)
    left_out = dict(reopened.values_list("pk", "visit"))
    parts = " UNION ALL ".join(_counting(segment) for segment in segments)
    connection.execute(
        f"CREATE OR REPLACE TABLE leaving AS FROM ({parts})"
        f" WHERE NOT ({without}) AND NOT list_contains($1::BIGINT[], visit)",
        [list(left_out.values())],
    )
    return set(left_out)


def _counting(segment: SealedSegment) -> str:
    sites = segment.shares.values_list("site_id", flat=True)
    which = f"site_id IN ({', '.join(map(str, sites)) or 'NULL'})"
    if segment.upto is not None:
        which += f" AND {UNIT} <= {segment.upto:d}"
    return f"SELECT * FROM {read('events', [segment.name], which)} WHERE {which}"  # noqa: S608


def swap(
    old: Sequence[SealedSegment],
    new: SealedSegment | None = None,
    shares: Sequence[SealedShare] = (),
    left_out: Collection[int] = (),
) -> None:
    """Change the manifest, in the caller's transaction.

    `left_out` are the keys of `ReopenedVisit` that the new one is without. What was deleted or
    reopened while it was written counts no more in it either.
    """
    EventLog.lock()
    segments = SealedSegment.objects.filter(pk__in=[segment.pk for segment in old])
    if new:
        _store(new, shares, segments, left_out)
    segments.update(removed_at=timezone.now())
    next_generation()


def _store(
    new: SealedSegment,
    shares: Sequence[SealedShare],
    old: QuerySet[SealedSegment],
    left_out: Collection[int],
) -> None:
    reopened = ReopenedVisit.objects.filter(segment__in=old).exclude(pk__in=left_out)
    sites = SealedShare.objects.filter(segment__in=old).values_list("site_id", flat=True)
    kept = [share for share in shares if share.site_id in set(sites)]
    new.moved_at = max(old.values_list("moved_at", flat=True))
    new.stale = reopened.exists() or len(kept) < len(shares)
    new.save()
    reopened.update(segment=new)
    for share in kept:
        share.segment = new
    SealedShare.objects.bulk_create(kept)
