"""What is stored of one visitor: told, written to a file, erased."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tracking.audit import Did, Means, What, record
from tracking.models import Site
from tracking.overwriting import overwrite_deleted
from tracking.privacy.waiting import waiting_of
from tracking.transfer.exporting import opened
from tracking.warehouse.sealing.erase import erase_visitor

# All times that a site may have events of.
FIRST, LAST = datetime(1970, 1, 1), datetime(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class Stored:
    """How much there is; the times are of the first and the last event."""

    visits: int = 0
    events: int = 0
    waiting: int = 0  # hits that are no events yet
    first: datetime | None = None
    last: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        return not self.events and not self.waiting


def stored(site: Site, visitors: Collection[int]) -> Stored:
    """What there is of the ids of one visitor, hot and sealed, as of one moment."""
    if not visitors:
        return Stored()
    waiting = sum(len(keys) for keys in waiting_of(site.pk, visitors).values())
    with opened(site) as (connection, sealed):
        rows = connection.execute(
            "SELECT count(DISTINCT visit) FILTER (WHERE name <> 'engagement'), count(*),"  # noqa: S608
            " min(time), max(time)"
            f" FROM {sealed.tables(FIRST, LAST).events} AS events"
            " WHERE site_id = $1 AND list_contains($2::BIGINT[], visitor)",
            [site.pk, list(visitors)],
        ).fetchall()
    visits, events, first, last = rows[0]
    return Stored(visits, events, waiting, utc(first), utc(last))


def erase(
    site: Site, visitors: Collection[int], *, by: Any, means: Means = Means.BROWSER, **more: Any
) -> Stored:
    """Delete what there is, and record that `by` did; returns how much it was.

    Recorded with the first deletions, so that what breaks off later is in the audit log too.
    `more` is for `tracking.audit.record`, which hears nothing of whose it was. Raises `Busy`.
    """
    found = stored(site, visitors)
    details = {"visits": found.visits, "events": found.events, "waiting": found.waiting}
    did = partial(record, Did.DELETED, What.VISITOR, by=by, site=site, means=means, **more)
    erase_visitor(site.pk, visitors, partial(did, details=details))
    overwrite_deleted()
    return found


def utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
