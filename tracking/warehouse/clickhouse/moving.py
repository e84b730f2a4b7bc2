"""Moving sealed segments from files to ClickHouse, while a server that uses the files runs."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import duckdb
from django.db.models import Sum

from tracking.models import SealedSegment
from tracking.warehouse.clickhouse.segments import counts, everything, put, remove
from tracking.warehouse.clickhouse.tables import COLUMNS
from tracking.warehouse.database import writer
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.manifest import literal, live
from tracking.warehouse.sealing.turn import Busy, turn


class CannotMove(Exception):
    """A sentence for people says why."""


@dataclass(frozen=True)
class Progress:
    """How many segments, with how many events, of how many are there now."""

    segments: int
    of_segments: int
    events: int
    of_events: int


def move() -> Iterator[Progress]:
    """Copy the segments that are not there yet, oldest first, each whole or once more.

    Killed anywhere, the next run goes on. Segments that are sealed meanwhile are copied too, and
    those that are replaced meanwhile go. Raises `CannotMove`.
    """
    with files.kept(), writer("move") as connection:
        moved: set[str] = set()
        while waiting := [each for each in _live() if each.name not in moved]:
            total = sum(each.events for each in waiting)  # type: ignore[attr-defined]
            done = 0
            for number, segment in enumerate(waiting, 1):
                _move(connection, segment.name)
                moved.add(segment.name)
                done += segment.events  # type: ignore[attr-defined]
                yield Progress(number, len(waiting), done, total)
    # Who seals now cleans up itself, or the next move does.
    with suppress(Busy), turn():
        remove(everything() - set(SealedSegment.objects.values_list("name", flat=True)))


def _live() -> list[SealedSegment]:
    return list(live().annotate(events=Sum("shares__events", default=0)))


def _move(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    there = {kind: counts(kind, [name]).get(name, 0) for kind in COLUMNS}
    if not files.path("events", name).exists():
        if there["events"]:
            # It was sealed there.
            return
        raise CannotMove(f"The files of the segment {name} are not in {files.folder()}.")
    if there != {kind: _rows(connection, kind, name) for kind in COLUMNS}:
        remove([name])
        put(connection, name)


def _rows(connection: duckdb.DuckDBPyConnection, kind: str, name: str) -> int:
    file = literal(str(files.path(kind, name)))
    return connection.execute(f"SELECT count(*) FROM read_parquet({file})").fetchall()[0][0]  # noqa: S608
