"""People, sites and stored events for the tests of what is live."""

from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.test import Client
from django.utils import timezone
from msgspec.structs import asdict

from tests.factories import SeatFactory, SiteFactory
from tracking.enrich.event import EnrichedEvent
from tracking.models import Event, EventLog, SealedSegment, SealedShare, Site
from tracking.signals import events_stored

_numbers = count(1)


def make_site(*members: AbstractBaseUser) -> Site:
    site = SiteFactory()
    for member in members:
        SeatFactory(site=site, user=member)
    return site


def session_cookie(user: AbstractBaseUser) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def event(site: Site, **fields: Any) -> EnrichedEvent:
    """An event that opens a visit, unless `visit` says otherwise."""
    defaults: dict[str, Any] = {
        "site_id": site.pk,
        "visitor": next(_numbers),
        "time": timezone.now(),
        "name": "pageview",
        "path": "/",
    }
    return EnrichedEvent(**{**defaults, **fields})


@transaction.atomic
def store(*events: EnrichedEvent) -> list[EnrichedEvent]:
    """Store events under fresh ids, as a drain does, and tell nobody."""
    log, _ = EventLog.objects.get_or_create(pk=1)
    for number, each in enumerate(events, log.last_id + 1):
        each.id = number
        each.visit = each.visit or number
    Event.objects.bulk_create(Event(**asdict(each)) for each in events)
    log.last_id += len(events)
    log.save()
    return list(events)


def store_and_announce(*events: EnrichedEvent) -> list[EnrichedEvent]:
    stored = store(*events)
    events_stored.send(sender=None, events=stored)
    return stored


def seal_visits(site: Site, last_id: int) -> None:
    """Note that the site's visits up to that id are in sealed files."""
    now = timezone.now()
    segment = SealedSegment.objects.create(
        name="sealed", day=now.date(), last_day=now.date(), moved_at=1, sealed_at=now, size=1
    )
    shared = {"first_time": now, "last_time": now, "events": last_id, "visits": last_id}
    SealedShare.objects.create(segment=segment, site_id=site.pk, last_id=last_id, **shared)
    Event.objects.filter(site_id=site.pk, id__lte=last_id).delete()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())
