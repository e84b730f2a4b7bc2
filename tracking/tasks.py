"""What Huey runs for tracking. It is a timer and a worker here; the inbox is the store."""

import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from huey import crontab
from huey.contrib.djhuey import HUEY, db_periodic_task, db_task

from tracking import audit, backlog
from tracking.enrich import draining
from tracking.ingest.rules import keep_salts
from tracking.ingest.visitor_keys import keep_visitor_keys
from tracking.models import FileSalt, Import, LedgerEntry, Purge, Renaming, TaskRun
from tracking.overwriting import overwrite_deleted
from tracking.turns import OneAtATime, write_transaction

logger = structlog.get_logger(__name__)

LEDGER_DAYS = 7
LEDGER_CHUNK = 5000
# A request older than this was lost with a killed worker, and another may be made.
PENDING_SECONDS = 5
# What comes in this time shares a transaction. Dashboards wait for it when there is much to show.
GATHER_SECONDS = 0.02
# Then the queue's other work has its turn.
STAY_SECONDS = 1.0
# A drain takes moments: what waits longer than this waits for something else.
GROWING_SECONDS = 60
# By which the status page tells that a worker runs.
HEARTBEAT = "every-minute"

# Two drains of a shard at once would be right, and do the same work twice.
drainers: dict[int, OneAtATime] = defaultdict(OneAtATime)


def pending_key(shard: int) -> str:
    return f"drain-pending-{shard}"


def request_drain(shard: int) -> None:
    """Ask for a drain of the shard unless one is pending."""
    asked = HUEY.get(pending_key(shard), peek=True)
    if asked is None or not 0 <= time.time() - asked < PENDING_SECONDS:
        HUEY.put(pending_key(shard), time.time())
        drain(shard)


@db_task(retries=5, retry_delay=1, retry_backoff=2)
def drain(shard: int) -> None:
    """Turn the shard's waiting hits into events."""
    drainers[shard].run(partial(drain_while_busy, shard))


def drain_while_busy(shard: int) -> None:
    """Drain, and again for a while if hits keep coming: asking anew costs as much as a commit."""
    until = time.monotonic() + STAY_SECONDS
    while draining.drain(shard) and time.monotonic() < until:
        time.sleep(GATHER_SECONDS)
    # No longer pending before the last look: what is committed from here on asks anew.
    HUEY.get(pending_key(shard))
    if draining.drain(shard):
        request_drain(shard)


@db_periodic_task(crontab(minute="*"))
def drain_net() -> None:
    """Catch hits whose drain was lost with a killed process, and say that a worker is at work."""
    with write_transaction():
        TaskRun.objects.update_or_create(name=HEARTBEAT, defaults={"ran_at": datetime.now(UTC)})
    for shard in range(settings.SHARDS):
        request_drain(shard)
    waiting = backlog.measure()
    if waiting.oldest_seconds > GROWING_SECONDS:
        logger.warning("backlog_growing", hits=waiting.hits, oldest_s=round(waiting.oldest_seconds))


@db_periodic_task(crontab(minute="0"), retries=3, retry_delay=10, retry_backoff=2)
def forget() -> None:
    """Each hour: end old salts, and remove what the ledger and the audit log have kept enough."""
    now = datetime.now(UTC)
    with TaskRun.claimed("forget", now, since=now - timedelta(minutes=50)) as mine:
        if mine:
            keep_salts(now.date())
            keep_visitor_keys(now.date())
            FileSalt.forget(now)
            forget_ledger(now - timedelta(days=LEDGER_DAYS))
            audit.forget(now)
            overwrite_deleted()


@db_periodic_task(crontab(minute="*/5"))
def seal() -> None:
    """Each hour, or sooner where many events have gathered: see `tracking.warehouse.sealing`."""
    # Not at the top: processes that take hits import this module and have no use for DuckDB.
    from tracking.warehouse.sealing import upkeep
    from tracking.warehouse.sealing.turn import Busy

    now = datetime.now(UTC)
    if Purge.objects.exists():
        purge_asked()
    if Renaming.objects.exists():
        rename_asked()
    if not TaskRun.claim("seal", now, since=now - upkeep.pause()):
        return
    # Another process at it is a person's command, and does the same.
    with suppress(Busy):
        upkeep.upkeep(now)


@db_task()
def purge_asked() -> None:
    """Delete the events that somebody asked to be deleted, see `tracking.models.Purge`."""
    from tracking.warehouse.sealing import purge
    from tracking.warehouse.sealing.turn import Busy

    # What is not done now is asked for again with the next run of `seal`.
    with suppress(Busy):
        purge.run_asked()


@db_task()
def rename_asked() -> None:
    """Name sources anew where somebody asked for it, see `tracking.models.Renaming`."""
    from tracking import renaming
    from tracking.warehouse.sealing.turn import Busy

    # What is not done now is asked for again with the next run of `seal`.
    with suppress(Busy):
        renaming.run_asked()


@db_task()
def import_uploaded() -> None:
    """Import the files that were uploaded, see `tracking.transfer.uploads`."""
    from tracking.transfer import uploads

    uploads.run_waiting()


@db_periodic_task(crontab(minute="*"))
def import_net() -> None:
    """Catch uploaded files whose import was lost with a killed process."""
    if Import.objects.filter(state__in=Import.UNDER_WAY).exists():
        import_uploaded()


def forget_ledger(before: datetime) -> None:
    """In chunks, because accepting waits while a transaction writes."""
    while True:
        old = LedgerEntry.objects.filter(accepted_at__lt=before).values("pk")[:LEDGER_CHUNK]
        if not LedgerEntry.objects.filter(pk__in=old).delete()[0]:
            return
