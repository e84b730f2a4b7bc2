"""Telling of an alert: a live event, which streams and webhooks hear, and mails to its readers."""

from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from realtime.mail import outbox
from realtime.out.models import Crossing, Occurrence, Threshold
from tracking.access import Right, people_with, rights_of, role_of
from tracking.enrich import log
from tracking.models import Site

# What a filter of the report escapes in a value.
ESCAPES = str.maketrans({"%": "%25", ",": "%2C", "|": "%7C"})


def tell(occurrence: Occurrence, now: datetime) -> bool:
    """Part of the caller's transaction; False where it was told already."""
    # An id of the event log: its place is after all that was stored.
    event_id = log.take_ids(1)
    if not Occurrence.objects.filter(pk=occurrence.pk, told_at=None).update(told_at=now):
        return False
    threshold = occurrence.threshold
    link = link_to(occurrence)
    Crossing.objects.create(
        id=event_id,
        site=threshold.site,
        time=now,
        threshold=threshold.name,
        figure=threshold.unit,
        direction=threshold.direction,
        limit=occurrence.limit,
        minutes=threshold.minutes,
        value=occurrence.value,
        watches=threshold.watches,
        link=link,
    )
    for reader in readers(threshold):
        outbox.send("alert", reader.email, context_of(occurrence, reader, link))
    return True


def readers(threshold: Threshold) -> list[Any]:
    """Those who were chosen and still see the site."""
    chosen = threshold.readers.values("user")
    return list(people_with(threshold.site_id, Right.SEE).filter(pk__in=chosen))


def context_of(
    occurrence: Occurrence, reader: Any, link: str, is_test: bool = False
) -> dict[str, Any]:
    threshold, zone = occurrence.threshold, reader.zone
    return {
        "site": threshold.site.domain,
        "name": threshold.name,
        "value": occurrence.value,
        "limit": occurrence.limit,
        "of_usual": threshold.watches in (Threshold.Watches.SPIKE, Threshold.Watches.DROP),
        "moment": f"{occurrence.opened_at.astimezone(zone):%-d %b %Y, %H:%M}",
        "zone": zone.key,
        "link": link,
        "alerts_link": alerts_link(threshold.site, reader),
        "is_test": is_test,
    }


def alerts_link(site: Site, reader: Any) -> str:
    """Empty for who may not open that page."""
    if Right.MANAGE not in rights_of(role_of(reader, site)):
        return ""
    return f"{settings.PUBLIC_URL}/sites/{quote(site.domain)}/alerts"


def link_to(occurrence: Occurrence) -> str:
    """An address that leads to the moment when it began, as long as the site is there."""
    threshold = occurrence.threshold
    # Up to the end of that second: what crossed the limit is part of it.
    moment = ceil(occurrence.opened_at.timestamp()) * 1000
    asked: list[tuple[str, str | int]] = [("moment", moment), ("minutes", threshold.minutes)]
    if threshold.goal:
        asked.append(("f", f"is,event:goal,{str(threshold.goal).translate(ESCAPES)}"))
    path = f"/sites/{quote(threshold.site.domain)}/alerts/then"
    return f"{settings.PUBLIC_URL}{path}?{urlencode(asked, safe=':,/')}"
