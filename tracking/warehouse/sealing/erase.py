"""Deleting what is known of single visitors."""

from collections.abc import Callable, Collection

from tracking.models import Event, EventLog, Generation, ReopenedVisit, SealedSegment
from tracking.privacy.waiting import remove_waiting
from tracking.signals import visits_erased
from tracking.turns import write_transaction
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import live, read
from tracking.warehouse.sealing.rewrite import rewrite
from tracking.warehouse.sealing.turn import turn


def erase_visitor(
    site_id: int, visitors: Collection[int], noting: Callable[[], object] = lambda: None
) -> None:
    """Delete all visits, events and waiting hits of visitors of a site, by their ids.

    The bytes of sealed files are gone when `unlink_removed` ran next. Announces the visits, for
    whoever keeps something about them, and calls `noting`, both in the transaction of the first
    deletions: broken off anywhere, the next try deletes what is left. Raises `Busy` while somebody
    else changes sealed files.
    """
    theirs = f"site_id = {site_id:d} AND visitor IN ({', '.join(f'{one:d}' for one in visitors)})"
    with turn() as mine, writer() as connection:
        sealed: dict[SealedSegment, set[int]] = {}
        for segment in live().filter(shares__site_id=site_id):
            rows = read("events", [segment.name], theirs, ["site_id", "visitor", "visit"])
            found = connection.execute(
                f"SELECT DISTINCT visit FROM {rows} WHERE {theirs}"  # noqa: S608
            ).fetchall()
            if found:
                sealed[segment] = {visit for (visit,) in found}
        with write_transaction():
            # Before the event log is locked: who locks both locks the site first.
            noting()
            EventLog.lock()
            remove_waiting(site_id, visitors)
            events = Event.objects.filter(site_id=site_id, visitor__in=visitors)
            visits = set(events.values_list("visit", flat=True)).union(*sealed.values())
            events.delete()
            visits_erased.send(sender=None, site_id=site_id, visits=visits - {0})
            Generation.bump(Generation.EVENTS)
        for segment in sealed:
            rewrite(connection, mine, [segment], without=theirs)
        ReopenedVisit.objects.filter(site_id=site_id, visitor__in=visitors).update(visitor=0)
