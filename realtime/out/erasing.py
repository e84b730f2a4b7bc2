"""What webhooks were told, or wait to be told, of visits that are deleted.

What a receiver has got already is the receiver's.
"""

from collections.abc import Collection
from datetime import datetime

import orjson
from django.db.models import QuerySet

from realtime.out.deliveries import AT_ONCE, remove
from realtime.out.models import Delivery, Kind


def forget_visits(site_id: int, visits: Collection[int], **_kwargs: object) -> None:
    """Delete the deliveries of these visits."""
    if not visits:
        return
    rows = of_visits(site_id).values_list("pk", "payload")
    theirs = [key for key, payload in rows.iterator() if orjson.loads(payload)["visit"] in visits]
    for start in range(0, len(theirs), AT_ONCE):
        Delivery.objects.filter(pk__in=theirs[start : start + AT_ONCE]).delete()


def forget_before(site_id: int, before: datetime, **_kwargs: object) -> None:
    """Delete what was made of visits before that moment."""
    remove(of_visits(site_id).filter(created_at__lt=before))


def of_visits(site_id: int) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(webhook__site_id=site_id, kind__in=[Kind.VISIT, Kind.GOAL])
