"""Hits that could not be made events: set aside, reported, replayed once their cause is mended."""

from typing import Protocol

import structlog
from django.db import transaction
from django.db.models import QuerySet

from tracking.models import InboxHit, QuarantinedHit
from tracking.reports import report


class WaitingRow(Protocol):
    """A row of the inbox."""

    @property
    def id(self) -> int: ...

    @property
    def site_id(self) -> int: ...

    @property
    def payload(self) -> str: ...


logger = structlog.get_logger(__name__)


def put(hit: WaitingRow, error: Exception) -> None:
    """Move a hit from the inbox to the quarantine."""
    with transaction.atomic():
        if not InboxHit.objects.filter(pk=hit.id).delete()[0]:
            return
        QuarantinedHit.objects.create(
            site_id=hit.site_id, payload=hit.payload, error=f"{type(error).__name__}: {error}"
        )
    logger.error("hit_quarantined", site_id=hit.site_id, error=type(error).__name__)
    report(error)


def replay(hits: QuerySet[QuarantinedHit]) -> int:
    """Move hits back to the end of the inbox; returns how many."""
    with transaction.atomic():
        rows = list(hits.order_by("pk").select_for_update())
        InboxHit.objects.bulk_create(
            InboxHit(site_id=row.site_id, payload=row.payload) for row in rows
        )
        QuarantinedHit.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
