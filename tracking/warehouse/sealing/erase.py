"""Deleting what is known of single visitors."""

from collections.abc import Collection

from tracking.models import Event, EventLog, Generation
from tracking.turns import write_transaction
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import live, read
from tracking.warehouse.sealing.rewrite import rewrite
from tracking.warehouse.sealing.turn import turn


def erase_visitor(site_id: int, visitors: Collection[int]) -> None:
    """Delete all visits and events of visitors of a site, by their ids, wherever they lie.

    Hits of theirs that wait in the inbox become events afterwards. The bytes of sealed files are
    gone when `unlink_removed` ran next. Raises `Busy` while somebody else changes sealed files.
    """
    theirs = f"site_id = {site_id:d} AND visitor IN ({', '.join(f'{one:d}' for one in visitors)})"
    with turn() as mine, writer() as connection:
        with write_transaction():
            EventLog.lock()
            Event.objects.filter(site_id=site_id, visitor__in=visitors).delete()
            Generation.bump(Generation.EVENTS)
        for segment in live().filter(shares__site_id=site_id):
            rows = read("events", [segment.name], theirs, ["site_id", "visitor"])
            if connection.execute(f"SELECT 1 FROM {rows} WHERE {theirs} LIMIT 1").fetchone():  # noqa: S608
                rewrite(connection, mine, [segment], without=theirs)
