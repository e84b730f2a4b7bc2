"""How far enrichment is behind accepting."""

import time
from dataclasses import dataclass

import orjson
from django.db.models import Max, Min, Model, QuerySet

from tracking.models import EventLog, InboxHit, QuarantinedHit

# Counting costs time with each row; this many take a few milliseconds.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """`hits` is exact up to MOST_COUNTED; above, the span of their ids, which may be some more.

    `oldest_seconds` is how long ago the first waiting hit happened, 0 where none waits. A hit that
    brings its own time, or that was replayed from a file, may have happened long before it came.
    """

    hits: int
    exact: bool
    oldest_seconds: float
    quarantined: int  # counted up to MOST_COUNTED
    last_event: int  # the highest event id given


def measure(now: float | None = None) -> Backlog:
    """The backlog at `now`, a Unix time. Costs the same whether thousands or millions wait."""
    counted = counted_up_to_most(InboxHit.objects.all())
    exact = counted < MOST_COUNTED
    return Backlog(
        hits=counted if exact else id_span(),
        exact=exact,
        oldest_seconds=oldest_seconds(time.time() if now is None else now),
        quarantined=counted_up_to_most(QuarantinedHit.objects.all()),
        last_event=EventLog.objects.values_list("last_id", flat=True).first() or 0,
    )


def counted_up_to_most(rows: QuerySet[Model]) -> int:
    return rows.order_by().values("pk")[:MOST_COUNTED].count()


def id_span() -> int:
    # Two queries: SQLite reads a whole table for both ends at once.
    first = InboxHit.objects.aggregate(id=Min("pk"))["id"]
    last = InboxHit.objects.aggregate(id=Max("pk"))["id"]
    return last - first + 1 if first is not None and last is not None else 0


def oldest_seconds(now: float) -> float:
    payload = InboxHit.objects.order_by("pk").values_list("payload", flat=True).first()
    if payload is None:
        return 0
    try:
        return max(0.0, round(now - orjson.loads(payload)["time_ms"] / 1000, 3))
    except (ValueError, KeyError, TypeError):
        # A hit that cannot be read is on its way to the quarantine, and tells no time.
        return 0
