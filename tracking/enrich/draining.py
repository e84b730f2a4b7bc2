"""The drain: takes the inbox in order until it is empty, and makes events of it."""

import time
from collections.abc import Iterable, Sequence

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Mod

from tracking.enrich import log, quarantine, visits
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.steps import enrich
from tracking.ingest.hit import WaitingHit
from tracking.models import InboxHit, Site
from tracking.signals import events_stored
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

# Accepting waits while a transaction writes: 500 rows keep that wait under a few milliseconds.
BATCH = 500


def drain(shard: int = 0) -> int:
    """Store the shard's waiting hits as events, batch by batch; returns how many hits it took.

    Running it twice, at once or after being killed anywhere, changes nothing: each batch inserts
    its events and deletes its inbox rows in one transaction. Raises OperationalError or
    InterfaceError while the database is away, and then has dropped nothing.
    """
    taken = 0
    while hits := next_hits(shard):
        store(hits)
        taken += len(hits)
    return taken


def next_hits(shard: int) -> list[InboxHit]:
    waiting = InboxHit.objects.order_by("id")
    if settings.SHARDS > 1:
        waiting = waiting.alias(shard=Mod("site_id", settings.SHARDS)).filter(shard=shard)
    return list(waiting[:BATCH])


def store(hits: Sequence[InboxHit]) -> None:
    """Store a batch; where it fails, its halves, until the bad hit is alone and is set aside."""
    started = time.monotonic()
    try:
        events = store_together(hits)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(hits) == 1:
            quarantine.put(hits[0], error)
            return
        middle = len(hits) // 2
        store(hits[:middle])
        store(hits[middle:])
        return
    logger.debug(
        "hits_enriched", count=len(events), took_ms=round((time.monotonic() - started) * 1000)
    )
    announce(events)


def store_together(hits: Sequence[InboxHit]) -> list[EnrichedEvent]:
    """Enrich and store all of them in one transaction, or none."""
    made = [(hit.pk, *event_of(hit)) for hit in hits]
    with write_transaction():
        first_id = log.take_ids(len(made))
        # The log is locked now, so what another drain has stored meanwhile is seen to be gone.
        still = set(waiting_among([pk for pk, *_ in made]))
        sites = existing_sites({event.site_id for _, event, _ in made})
        mine = [
            (event, before) for pk, event, before in made if pk in still and event.site_id in sites
        ]
        InboxHit.objects.filter(pk__in=still).delete()
        if not mine:
            return []
        events = [event for event, _ in mine]
        for event_id, event in enumerate(events, first_id):
            event.id = event_id
        visits.assign(events, [before for _, before in mine])
        log.append(events)
    return events


def waiting_among(ids: Sequence[int]) -> Iterable[int]:
    return InboxHit.objects.filter(pk__in=ids).values_list("pk", flat=True)


def existing_sites(ids: Iterable[int]) -> set[int]:
    """Those still there, locked: what was accepted while a site was deleted goes with it."""
    rows = Site.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return set(rows.values_list("pk", flat=True))


def event_of(hit: InboxHit) -> tuple[EnrichedEvent, int | None]:
    waiting = WaitingHit(**orjson.loads(hit.payload))
    return enrich(hit.site_id, waiting), waiting.visitor_before


def announce(events: list[EnrichedEvent]) -> None:
    """Tell whoever listens; a listener that fails cannot undo what is stored."""
    if not events:
        return
    for receiver, result in events_stored.send_robust(sender=None, events=events):
        if isinstance(result, Exception):
            logger.error("listener_failed", listener=receiver.__qualname__, exc_info=result)
