"""Files of segments that left the manifest go when no question can be reading them any more."""

from datetime import datetime, timedelta

from tracking.models import SealedSegment
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.turn import turn

# A question is ended after 30 seconds; its reader asked for the files somewhat before.
GRACE = timedelta(seconds=90)


def unlink_removed(now: datetime) -> None:
    """Remove the files of segments that were replaced or removed. Raises `Busy`."""
    with turn():
        gone = SealedSegment.objects.filter(removed_at__lt=now - GRACE)
        names = dict(gone.values_list("pk", "name"))
        files.unlink(names.values())
        SealedSegment.objects.filter(pk__in=names).delete()
