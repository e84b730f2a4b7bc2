"""Telling the room what somebody changed."""

from functools import partial
from typing import Any

from django.db import transaction

from realtime.publish import GROUP, deliver, note_failure
from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import Site

__all__ = ["Did", "Means", "What", "tell"]


@transaction.atomic
def tell(site: Site, did: Did, what: What, name: object = "", **recorded: Any) -> int:
    """Record it, and tell everybody who has the site open once the transaction is done.

    What else is `recorded`, by whom above all, goes to `tracking.audit.record`; the `tab` is not
    told. Returns the change's id.
    """
    change = audit.record(did, what, name, site=site, **recorded)
    # Of one that is deleted now, the id is gone by then.
    transaction.on_commit(partial(ring, site.pk))
    return change.pk


def ring(site_id: int) -> None:
    """Let the hubs of a site look; they look by themselves too, so this may fail."""
    try:
        deliver({GROUP: {"type": "site.change", "site": site_id}})
    except Exception as error:
        note_failure(error)
