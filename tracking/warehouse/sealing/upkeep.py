"""All that keeps the sealed files in order, one step after the other."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tracking.models import Event
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import live
from tracking.warehouse.sealing.merge import merge
from tracking.warehouse.sealing.retention import remove_old
from tracking.warehouse.sealing.rewrite import rewrite
from tracking.warehouse.sealing.seal import seal_closed
from tracking.warehouse.sealing.turn import turn
from tracking.warehouse.sealing.unlink import unlink_removed

# A little less than the hour and the five minutes after which the task starts.
HOURLY = timedelta(minutes=58)
OFTEN = timedelta(minutes=3)


def pause() -> timedelta:
    """How long to wait between two runs: an hour, or less where many rows have gathered."""
    rows = Event.objects.order_by()[: settings.SEAL_ROWS].count()
    return OFTEN if rows >= settings.SEAL_ROWS else HOURLY


def upkeep(now: datetime | None = None) -> int:
    """Seal what is closed, and put in order what is sealed; returns how many events left.

    Raises `Busy`. Killed anywhere, the next run goes on.
    """
    now = now or timezone.now()
    with turn() as mine, writer() as connection:
        remove_old(connection, mine, now)
        if settings.WAREHOUSE:
            # Single visits are known in files alone.
            live().filter(final=True).update(final=False)
        # First: visits that came back are sealed again only when no file has them any more.
        for segment in live().filter(Q(stale=True) | Q(upto__isnull=False)):
            rewrite(connection, mine, [segment])
        sealed = seal_closed(connection, mine, now)
        merge(connection, mine, now)
        unlink_removed(now)
    return sealed
