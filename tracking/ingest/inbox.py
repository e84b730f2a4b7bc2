"""The inbox: hits that arrive together share one commit, and each is answered after it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextvars import Context
from datetime import UTC, date, datetime

import structlog
from django.db import connection
from django.db.models import F
from msgspec.json import Encoder

from tracking.ingest.accept import Accepted, Outcome, Refused
from tracking.ingest.refusals import StorageDown
from tracking.models import RefusalCount
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

as_json = Encoder().encode

# Bounds the time of one commit, and the memory that hits take while the storage does not answer.
MOST_A_COMMIT = 2000
MOST_WAITING = 20_000
# One site that is flooded leaves the others their room.
MOST_WAITING_OF_A_SITE = MOST_WAITING // 2

RefusalKey = tuple[int, date, str]  # site, UTC day, reason


class Inbox:
    """Takes outcomes on the event loop and commits them in a storage thread, in groups.

    While one group commits, the next gathers, so a group is as large as the storage is slow.
    """

    def __init__(self, storage: Executor, on_commit: Callable[[], None]) -> None:
        self._storage = storage
        self._on_commit = on_commit
        self._waiting: list[tuple[Accepted, asyncio.Future[None]]] = []
        self._waiting_of_site: Counter[int] = Counter()
        self._refused: Counter[RefusalKey] = Counter()
        self._flushing = False
        self._down = False

    async def put(self, outcomes: Sequence[Outcome]) -> None:
        """Return once every accepted outcome is committed.

        Raises StorageDown, after which the hit may or may not be sent again, as the client likes.
        """
        rows: list[Accepted] = []
        refused: list[Refused] = []
        for outcome in outcomes:
            if isinstance(outcome, Accepted):
                rows.append(outcome)
                continue
            refused.append(outcome)
            if outcome.traced is not None:
                rows.append(outcome.traced)
        # All or none: who sends a list again would have its first part counted twice.
        if rows and not self._takes(rows):
            raise StorageDown
        for outcome in refused:
            self._count(outcome)
        futures = [self._append(row) for row in rows]
        if len(futures) == 1:
            await futures[0]
        elif futures:
            await asyncio.gather(*futures)

    async def flush_refusals(self) -> None:
        """Write the counts that no commit has taken along yet."""
        if self._refused and not self._flushing:
            await self._commit([])

    def _takes(self, rows: Sequence[Accepted]) -> bool:
        # While storage fails, one group at a time tries it: no other sender waits for its failure.
        if self._down and self._flushing:
            return False
        if len(self._waiting) + len(rows) > MOST_WAITING:
            return False
        most = MOST_WAITING_OF_A_SITE - len(rows)
        waiting = self._waiting_of_site.get
        return not [row for row in rows if waiting(row.site_id, 0) > most]

    def _count(self, refused: Refused) -> None:
        self._refused[refused.site_id, datetime.now(UTC).date(), refused.reason] += 1

    def _append(self, accepted: Accepted) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((accepted, future))
        self._waiting_of_site[accepted.site_id] += 1
        if not self._flushing:
            self._flushing = True
            # Of all requests, not of the one that begins it.
            self._flusher = loop.create_task(self._flush(), context=Context())
        return future

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._next_group())
        finally:
            self._flushing = False

    def _next_group(self) -> list[tuple[Accepted, asyncio.Future[None]]]:
        group = self._waiting[:MOST_A_COMMIT]
        del self._waiting[:MOST_A_COMMIT]
        if self._waiting:
            self._waiting_of_site.subtract(accepted.site_id for accepted, _ in group)
        else:
            self._waiting_of_site.clear()
        return group

    async def _commit(self, group: list[tuple[Accepted, asyncio.Future[None]]]) -> None:
        refused, self._refused = self._refused, Counter()
        accepted = [outcome for outcome, _ in group]
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._storage, commit, accepted, refused)
        except Exception as error:
            self._refused.update(refused)
            # Said once until it works again: each of the hits would say it.
            if not self._down:
                logger.error("hits_not_stored", error=type(error).__name__)
            self._down = True
            settle(group, StorageDown())
        else:
            self._down = False
            settle(group, None)
            if accepted:
                self._on_commit()


def settle(group: list[tuple[Accepted, asyncio.Future[None]]], error: StorageDown | None) -> None:
    for _, future in group:
        if future.done():
            continue
        if error:
            future.set_exception(error)
        else:
            future.set_result(None)


def commit(accepted: Sequence[Accepted], refused: Counter[RefusalKey]) -> None:
    """One transaction: ledger, inbox and counts. Any error leaves none of it stored."""
    try:
        with write_transaction():
            insert(first_sent(accepted))
            add_refusals(refused)
    except BaseException:
        # The next commit starts with a fresh connection, whatever has become of this one.
        connection.close()
        raise


def insert(accepted: Sequence[Accepted]) -> None:
    values = [value for row in accepted for value in (row.site_id, as_json(row.waiting).decode())]
    if not values:
        return
    # One statement: with one a row, this thread would queue for the interpreter at each row.
    marks = ", ".join(["(%s, %s)"] * len(accepted))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tracking_inboxhit (site_id, payload) VALUES {marks}",  # noqa: S608
            values,
        )


def first_sent(accepted: Sequence[Accepted]) -> list[Accepted]:
    """Those without an id, and those whose id the ledger did not know; it does now."""
    named = {(row.site_id, row.hit_id): row for row in reversed(accepted) if row.hit_id}
    if not named:
        return list(accepted)
    # In one order everywhere: processes that lock rows in different orders block each other.
    fresh = enter_in_ledger(sorted(named))
    return [
        row
        for row in accepted
        if not row.hit_id or ((key := (row.site_id, row.hit_id)) in fresh and named[key] is row)
    ]


def enter_in_ledger(keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    now = connection.ops.adapt_datetimefield_value(datetime.now(UTC))
    values = ", ".join(["(%s, %s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_ledgerentry (site_id, hit_id, accepted_at) "  # noqa: S608
            f"VALUES {values} ON CONFLICT DO NOTHING RETURNING site_id, hit_id",
            [value for key in keys for value in (*key, now)],
        )
        return {(site_id, hit_id) for site_id, hit_id in cursor.fetchall()}


def add_refusals(refused: Counter[RefusalKey]) -> None:
    for (site_id, day, reason), count in sorted(refused.items()):
        row, _ = RefusalCount.objects.get_or_create(site_id=site_id, day=day, reason=reason)
        RefusalCount.objects.filter(pk=row.pk).update(count=F("count") + count)
