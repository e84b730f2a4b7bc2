"""Deleting what somebody asked to be deleted: events of a site from before a moment."""

from datetime import datetime

from tracking.models import Event, EventLog, Generation, Purge, SealedShare
from tracking.turns import write_transaction
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import live
from tracking.warehouse.sealing.retention import forget_beside, remove_sealed, with_old_rows
from tracking.warehouse.sealing.turn import turn

# Accepting waits while a transaction writes.
SLICE = 2000
# Counting costs time with each row.
MOST_COUNTED = 100_000


def run_asked() -> None:
    """Do what was asked, one site after the other. Raises `Busy`.

    Killed anywhere, the next run goes on.
    """
    for asked in Purge.objects.all():
        purge(asked.site_id, asked.before)
        asked.delete()


def purge(site_id: int, before: datetime) -> None:
    """Delete a site's visits that began before that moment, wherever they lie. Raises `Busy`.

    The bytes of sealed files are gone when `unlink_removed` ran next.
    """
    with turn() as mine, writer() as connection:
        while remove_slice(site_id, before):
            pass
        forget_beside(site_id, before)
        for segment, starts in with_old_rows({site_id: before}).items():
            remove_sealed(connection, mine, segment, starts)


def remove_slice(site_id: int, before: datetime) -> int:
    """Delete some of what is not sealed, whole visits; returns how many events were found."""
    events = Event.objects.filter(site_id=site_id)
    with write_transaction():
        EventLog.lock()
        rows = list(events.filter(time__lt=before).values_list("pk", "visit")[:SLICE])
        events.filter(pk__in=[pk for pk, _visit in rows]).delete()
        events.filter(visit__in={visit for _pk, visit in rows} - {0}).delete()
        Generation.bump(Generation.EVENTS)
    return len(rows)


def about(site_ids: list[int]) -> tuple[int, int]:
    """How many events of the sites are in the database, up to MOST_COUNTED, and are sealed."""
    sealed = SealedShare.objects.filter(segment__in=live(), site_id__in=site_ids)
    hot = Event.objects.filter(site_id__in=site_ids).order_by().values("pk")[:MOST_COUNTED]
    return hot.count(), sum(sealed.values_list("events", flat=True))
