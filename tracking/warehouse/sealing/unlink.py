"""Files of segments that left the manifest go when no question can be reading them any more."""

from datetime import datetime, timedelta

from tracking.models import SealedSegment
from tracking.warehouse.sealing import files

# A question is ended after 30 seconds; its reader asked for the files somewhat before.
GRACE = timedelta(seconds=90)

# No work on fetched rows takes so long, and the next may fetch them anew.
FETCHED = timedelta(hours=1)

# Mirrors that saw nothing for so long begin again.
FORGOTTEN = timedelta(days=1)


def unlink_removed(now: datetime) -> None:
    """Remove the files of segments that were replaced or removed; later, forget these.

    Puts it off to the next run while an export reads them.
    """
    gone = SealedSegment.objects.filter(removed_at__lt=now - GRACE)
    with files.unless_kept() as free:
        if free:
            files.unlink(set(gone.values_list("name", flat=True)))
            gone.filter(removed_at__lt=now - FORGOTTEN).delete()
            files.forget_fetched(now - FETCHED)
