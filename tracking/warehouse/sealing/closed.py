"""Which visits are closed, and their events in a table to write files from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import orjson
from django.conf import settings
from django.db.models import Q

from tracking.models import Event, EventLog, InboxHit
from tracking.models.events import GAP
from tracking.warehouse import hot
from tracking.warehouse.database import transaction
from tracking.warehouse.sealing.manifest import UNIT, reopened

# Events that are staged at once: a bound on memory.
MOST = 200_000

STAGED = f"""
CREATE OR REPLACE TABLE staged AS
SELECT *, {UNIT} AS unit, (min(time) OVER (PARTITION BY {UNIT}))::DATE AS day
FROM read
WHERE time < $1 AND visit NOT IN (FROM open)
"""  # noqa: S608


def horizon(now: datetime) -> datetime:
    """A visit is sealed when all its events lie before this.

    Whatever will still be enriched is no older than the oldest waiting hit, so no event that comes
    in order can join such a visit. Live pages show the time after it, and need its rows.
    """
    payload = InboxHit.objects.order_by("pk").values_list("payload", flat=True).first()
    return min(now, _time(payload) or now) - GAP - timedelta(minutes=settings.SEAL_AFTER)


def _time(payload: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(orjson.loads(payload)["time_ms"] / 1000, UTC)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError):
        # None waits, or it cannot be read and is on its way to the quarantine.
        return None


@dataclass(frozen=True, slots=True)
class Staged:
    """`seen` is the highest id of the log before the rows were read."""

    seen: int
    more: bool


def stage(connection: duckdb.DuckDBPyConnection, before: datetime) -> Staged:
    """Fill the table `staged` with the events, `MOST` at most, of visits closed by then.

    Each has the UTC `day` on which its visit began and the `unit` that it leaves with: its visit,
    or itself where it is of none.
    """
    last = EventLog.objects.values_list("last_id", flat=True).first() or 0
    end = Event.objects.order_by("id").values_list("id", flat=True)[MOST - 1 : MOST]
    cut = min(last, *end) if end else last
    connection.execute(hot.create("read"))
    for _, rows in hot.chunks(Event.objects.filter(id__lte=cut)):
        with transaction(connection):
            connection.execute(hot.insert("read"), [rows])
    with transaction(connection):
        connection.execute("CREATE OR REPLACE TABLE open (visit BIGINT)")
        connection.execute("INSERT INTO open SELECT unnest($1::BIGINT[])", [_open(before, cut)])
        connection.execute(STAGED, [before.astimezone(UTC).replace(tzinfo=None)])
        connection.execute("DROP TABLE read")
    return Staged(last, more=cut < last)


def _open(before: datetime, cut: int) -> list[int]:
    """The visits, among those with a row up to the cut, that must stay for now.

    Read after the rows, so that whatever came to a visit meanwhile is known.
    """
    newer = Event.objects.filter(Q(time__gte=before) | Q(id__gt=cut), visit__lte=cut)
    still_open = newer.exclude(visit=0).values_list("visit", flat=True).distinct()
    return [*still_open, *reopened().values_list("visit", flat=True)]
