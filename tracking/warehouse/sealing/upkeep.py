"""All that keeps the sealed files in order, one step after the other."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from tracking.models import Event
from tracking.warehouse.sealing.seal import seal
from tracking.warehouse.sealing.unlink import unlink_removed

# A little less than the hour and the five minutes after which the task starts.
HOURLY = timedelta(minutes=58)
OFTEN = timedelta(minutes=3)


def pause() -> timedelta:
    """How long to wait between two runs: an hour, or less where many rows have gathered."""
    rows = Event.objects.order_by()[: settings.SEAL_ROWS].count()
    return OFTEN if rows >= settings.SEAL_ROWS else HOURLY


def upkeep(now: datetime | None = None) -> int:
    """Seal what is closed and clear away; returns how many events left. Raises `Busy`."""
    now = now or timezone.now()
    sealed = seal(now)
    unlink_removed(now)
    return sealed
