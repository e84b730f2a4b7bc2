"""Hits of single visitors that are no events yet: in the inbox, or in the quarantine."""

from collections.abc import Collection

from django.db import models
from django.db.models import Q
from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from tracking.models import InboxHit, QuarantinedHit


class Who(Struct):
    """As much of a waiting hit as tells whose it is."""

    visitor: int
    visitor_before: int | None = None


read = Decoder(Who).decode


def waiting_of(site_id: int, visitors: Collection[int]) -> dict[type[models.Model], list[int]]:
    """The keys of the rows, by their table."""
    # The database finds the few that may be theirs; the number may be the beginning of another.
    named = Q()
    for visitor in visitors:
        named |= Q(payload__contains=f'"visitor":{visitor},')
        named |= Q(payload__contains=f'"visitor_before":{visitor},')
    return {
        model: [
            key
            for key, payload in model.objects.filter(named, site_id=site_id).values_list(
                "pk", "payload"
            )
            if is_of(payload, visitors)
        ]
        for model in (InboxHit, QuarantinedHit)
    }


def is_of(payload: str, visitors: Collection[int]) -> bool:
    try:
        who = read(payload)
    except DecodeError:
        return False
    return who.visitor in visitors or who.visitor_before in visitors


def remove_waiting(site_id: int, visitors: Collection[int]) -> None:
    """To be called with the event log locked: then no drain is at them."""
    for model, keys in waiting_of(site_id, visitors).items():
        model._default_manager.filter(pk__in=keys).delete()
