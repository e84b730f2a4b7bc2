"""Forgetting visits that are older than what the site keeps, or the server."""

from datetime import UTC, datetime, time, timedelta

import duckdb

from tracking.models import (
    Event,
    EventLog,
    Generation,
    QuarantinedHit,
    SealedSegment,
    SealedShare,
    Site,
)
from tracking.signals import visits_forgotten
from tracking.turns import write_transaction
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.sealing.manifest import UNIT, literal, live, read
from tracking.warehouse.sealing.rewrite import rewrite, swap
from tracking.warehouse.sealing.turn import Turn

# By site, when the first UTC day begins whose visits are kept.
Starts = dict[int, datetime]


def remove_old(connection: duckdb.DuckDBPyConnection, mine: Turn, now: datetime) -> None:
    """Forget the visits that began on UTC days before those that their sites keep."""
    starts = {
        site.pk: start
        for site in Site.objects.all()
        if (start := first_kept(site, now)) is not None
    }
    remove_hot(starts)
    for site_id, start in starts.items():
        forget_beside(site_id, start)
    for segment, sites in with_old_rows(starts).items():
        remove_sealed(connection, mine, segment, sites)


def first_kept(site: Site, now: datetime) -> datetime | None:
    """When the first day begins whose visits a site keeps; None where it keeps all."""
    if not site.kept_days:
        return None
    day = (now.astimezone(UTC) - timedelta(days=site.kept_days)).date()
    return datetime.combine(day, time(), UTC)


def remove_hot(starts: Starts) -> None:
    """Events that came late, to visits of long ago."""
    for site_id, start in starts.items():
        events = Event.objects.filter(site_id=site_id)
        old = events.filter(time__lt=start)
        if not old.exists():
            continue
        with write_transaction():
            EventLog.lock()
            visits = set(old.exclude(visit=0).values_list("visit", flat=True))
            old.delete()
            events.filter(visit__in=visits).delete()
            Generation.bump(Generation.EVENTS)


def forget_beside(site_id: int, before: datetime) -> None:
    """Delete what is known of a site's old visits besides their events."""
    QuarantinedHit.objects.filter(site_id=site_id, quarantined_at__lt=before).delete()
    visits_forgotten.send(sender=None, site_id=site_id, before=before)


def with_old_rows(starts: Starts) -> dict[SealedSegment, Starts]:
    """The segments that hold something too old, with the sites of which they do."""
    found: dict[SealedSegment, Starts] = {}
    shares = SealedShare.objects.filter(segment__in=live(), site_id__in=starts)
    latest = max(starts.values(), default=datetime.max.replace(tzinfo=UTC))
    for share in shares.filter(first_time__lt=latest).select_related("segment"):
        if share.first_time < starts[share.site_id]:
            found.setdefault(share.segment, {})[share.site_id] = starts[share.site_id]
    return found


def remove_sealed(
    connection: duckdb.DuckDBPyConnection, mine: Turn, segment: SealedSegment, starts: Starts
) -> None:
    shares = segment.shares.all()
    if all(share.site_id in starts and share.last_time < starts[share.site_id] for share in shares):
        with write_transaction():
            swap([segment])
    else:
        old = " OR ".join(
            f"(site_id = {site_id:d} AND time < {literal(f'{naive_utc(start)}')})"
            for site_id, start in starts.items()
        )
        events = read("events", [segment.name], old, ["id", "visit", "site_id", "time"])
        began = f"SELECT {UNIT} FROM {events} WHERE {old}"  # noqa: S608
        rewrite(connection, mine, [segment], without=f"{UNIT} IN ({began})")
    # A mirror that did not see these rows leave would keep them.
    Generation.bump(Generation.EVENTS)
