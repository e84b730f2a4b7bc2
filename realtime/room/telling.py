"""Telling the room what somebody changed."""

from typing import Any

from django.db import transaction

from realtime.publish import GROUP, deliver, note_failure
from tracking.models import Change, Site

# Whoever was away for more than this hears the latest of it.
KEPT = 100
LONGEST_NAME = 200
LONGEST_TAB = 40

Did, What = Change.Did, Change.What


@transaction.atomic
def tell(
    site: Site,
    did: Did,
    what: What,
    name: object = "",
    *,
    by: Any,
    tab: str = "",
    whose: Any = None,
) -> int:
    """Tell everybody who has the site open, once the transaction is done. Returns the change's id.

    by: the person who did it, in which `tab` if that is known: it is not told there
    whose: the one person whom it concerns, such as the owner of a segment; None for all
    """
    # In turn, so that the ids of a site grow in commit order.
    Site.objects.select_for_update().get(pk=site.pk)
    change = Change.objects.create(
        site=site,
        did=did,
        what=what,
        name=str(name)[:LONGEST_NAME],
        by=by,
        whose=whose,
        tab=tab[:LONGEST_TAB],
    )
    older = Change.objects.filter(site=site, pk__lt=change.pk).order_by("-pk")
    Change.objects.filter(pk__in=list(older.values_list("pk", flat=True)[KEPT - 1 :])).delete()
    transaction.on_commit(lambda: ring(site.pk))
    return change.pk


def ring(site_id: int) -> None:
    """Let the hubs of a site look; they look by themselves too, so this may fail."""
    try:
        deliver({GROUP: {"type": "site.change", "site": site_id}})
    except Exception as error:
        note_failure(error)
