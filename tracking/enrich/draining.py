"""The drain: takes the inbox in order until it is empty, and makes events of it."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.dispatch import Signal
from msgspec.json import Decoder

from tracking import telemetry
from tracking.enrich import log, quarantine, visits
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.steps import enrich
from tracking.enrich.trace import Trace
from tracking.ingest.hit import WaitingHit
from tracking.ingest.place import Place
from tracking.many import among
from tracking.models import Site
from tracking.signals import events_stored, hits_traced
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

waiting_hit = Decoder(WaitingHit).decode

# Accepting waits while a transaction writes: 500 rows keep that wait under a few milliseconds.
BATCH = 500


class Row(NamedTuple):
    """A row of the inbox."""

    id: int
    site_id: int
    payload: str


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


def next_hits(shard: int) -> list[Row]:
    mine = "WHERE site_id %% %s = %s" if settings.SHARDS > 1 else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, site_id, payload FROM tracking_inboxhit {mine} ORDER BY id LIMIT {BATCH}",  # noqa: S608
            [settings.SHARDS, shard] if mine else None,
        )
        return [Row(*values) for values in cursor.fetchall()]


def store(rows: Sequence[Row]) -> None:
    """Store a batch; where it fails, its halves, until the bad hit is alone and is set aside."""
    started = time.monotonic()
    try:
        traces = store_together(rows)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(rows) == 1:
            quarantine.put(rows[0], error)
            return
        middle = len(rows) // 2
        store(rows[:middle])
        store(rows[middle:])
        return
    events = [trace.event for trace in traces if trace.event]
    took = time.monotonic() - started
    telemetry.ENRICHED.inc(len(events))
    telemetry.DRAIN_SECONDS.observe(took)
    logger.debug("hits_enriched", count=len(events), took_ms=round(took * 1000))
    announce(events_stored, events=events)
    announce(hits_traced, traces=[trace for trace in traces if trace.hit.traced])


def store_together(rows: Sequence[Row]) -> list[Trace]:
    """Enrich and store all of them in one transaction, or none. Gives those that were still there.

    A refused hit waits only to be shown in the ingest debugger: nothing of it is stored.
    """
    made = [(row.id, trace_of(row)) for row in rows]
    with write_transaction():
        first_id = log.take_ids(len(made))
        # The log is locked now: what another drain has stored meanwhile is seen to be gone.
        taken = take([row_id for row_id, _ in made])
        sites = existing_sites({row.site_id for row in rows})
        mine = [trace for row_id, trace in made if row_id in taken and trace.site_id in sites]
        accepted = [(trace.event, trace.hit.visitor_before) for trace in mine if trace.event]
        if accepted:
            events = [event for event, _ in accepted]
            for event_id, event in enumerate(events, first_id):
                event.id = event_id
            visits.assign(events, [before for _, before in accepted])
            for event in events:
                cut_place(event, sites[event.site_id])
            log.append(events)
    return mine


def take(ids: Sequence[int]) -> set[int]:
    """Delete rows of the inbox; gives those that were there."""
    mine, values = among(ids)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM tracking_inboxhit WHERE id {mine} RETURNING id", values)  # noqa: S608
        return {row_id for (row_id,) in cursor.fetchall()}


def existing_sites(ids: Iterable[int]) -> dict[int, str]:
    """Those still there, locked: what was accepted while a site was deleted goes with it.

    With how precise a place each keeps, one of `Site.PlacePrecision`.
    """
    rows = Site.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return dict(rows.values_list("pk", "place_precision"))


def cut_place(event: EnrichedEvent, precision: str) -> None:
    """Leave out what is finer than the site keeps now, as the place of a visit from before is."""
    place = Place(event.country, event.region, event.city).as_precise_as(precision)
    event.country, event.region, event.city = place.country, place.region, place.city


def trace_of(row: Row) -> Trace:
    hit = waiting_hit(row.payload)
    return Trace(row.site_id, hit, None if hit.refused else enrich(row.site_id, hit))


def announce(signal: Signal, **news: list) -> None:
    """Tell whoever listens; a listener that fails cannot undo what is stored."""
    if not any(news.values()):
        return
    for receiver, result in signal.send_robust(sender=None, **news):
        if isinstance(result, Exception):
            logger.error("listener_failed", listener=receiver.__qualname__, exc_info=result)
