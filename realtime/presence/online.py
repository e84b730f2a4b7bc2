"""How many people are on a site, for pages that show only that."""

from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from realtime import sightings
from realtime.presence.attendance import read
from realtime.presence.people import UNKNOWN, Seen, here
from realtime.trails import ONLINE
from tracking.models import Event


def online(site_id: int, now: datetime | None = None) -> int:
    """How many visitors are on a site, as its live page counts them."""
    now = now or timezone.now()
    times = recent(site_id, now).values_list("visitor").annotate(Max("time"))
    seen = {visitor: Seen(time, "", UNKNOWN) for visitor, time in times}
    return here(read(site_id), seen, {}, now).online


def of_five_minutes(site_id: int, now: datetime | None = None) -> int:
    """How many visitors had an event in the last five minutes, whoever is here."""
    events = recent(site_id, now or timezone.now())
    return events.aggregate(count=Count("visitor", distinct=True))["count"]


def recent(site_id: int, now: datetime) -> QuerySet[Event]:
    return sightings.counted(site_id).filter(time__gt=now - ONLINE).exclude(visit=0)
