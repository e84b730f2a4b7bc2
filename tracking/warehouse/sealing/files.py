"""The sealed files: where they lie and how they are written. `docs/warehouse.md` describes them.

A segment is two files of one name, its visits and their events, each sorted by site and time. Where
its days are settled there may be three more, see `tracking.warehouse.sealing.sums`.
"""

import fcntl
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tracking.locks import alone
from tracking.warehouse.schema import EVENTS, SUMS, VISITS

if TYPE_CHECKING:
    import duckdb

# Goes up with each change of the layout or the columns that a reader of older files would notice.
VERSION = 1

COLUMNS = {
    "events": ", ".join(EVENTS),
    "visits": ", ".join(VISITS),
    "sums": ", ".join(SUMS),
    "rest-events": ", ".join(EVENTS),
    "rest-visits": ", ".join(VISITS),
}
ORDER = {
    "events": "site_id, time, id",
    "visits": "site_id, first_time, visit",
    "sums": "site_id, breakdown, time, value, other",
    "rest-events": "site_id, time, id",
    "rest-visits": "site_id, first_time, visit",
}


def folder() -> Path:
    return settings.DATA / "warehouse" / f"v{VERSION}"


def path(kind: str, name: str) -> Path:
    """Of the file of a segment, of one of the kinds of `COLUMNS`."""
    return folder() / kind / f"{name}.parquet"


def new_name(day: date) -> str:
    return f"{day.isoformat()}-{secrets.token_hex(8)}"


def write(connection: "duckdb.DuckDBPyConnection", name: str, rows: dict[str, str]) -> int:
    """Write relations, by kind, as files of a segment, safe from loss of power; returns bytes.

    Where ClickHouse is the warehouse, the segment goes there.
    """
    size = sum(_write(connection, kind, name, relation) for kind, relation in rows.items())
    bring(connection, name)
    return size


def bring(connection: "duckdb.DuckDBPyConnection", name: str) -> None:
    """Let a segment whose files are here be where the warehouse is."""
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse import segments

        segments.put(connection, name)
        _unlink([name])


def _write(connection: "duckdb.DuckDBPyConnection", kind: str, name: str, rows: str) -> int:
    to = path(kind, name)
    to.parent.mkdir(parents=True, exist_ok=True)
    written = to.with_suffix(".writing")
    save(connection, kind, rows, written)
    _sync(written)
    written.rename(to)
    _sync(to.parent)
    return to.stat().st_size


def save(connection: "duckdb.DuckDBPyConnection", kind: str, rows: str, to: Path) -> None:
    """Write a relation as a file of a kind.

    With Zstandard and the older encodings it would be a quarter smaller, and questions that scan it
    would take a third longer.
    """
    target = str(to).replace("'", "''")
    connection.execute(
        f"COPY (SELECT {COLUMNS[kind]} FROM {rows} ORDER BY {ORDER[kind]}) TO '{target}'"  # noqa: S608
        " (FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2,"
        f" KV_METADATA {{footfall: '{kind} {VERSION}'}})"
    )


def _sync(place: Path) -> None:
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def unlink(names: Collection[str]) -> None:
    """Remove segments, as far as there are any."""
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse import segments

        segments.remove(set(names))
    _unlink(names)


def fetched() -> Path:
    """Where rows lie that were fetched from elsewhere for some work on them."""
    return folder() / "fetched"


def forget_fetched(before: datetime) -> None:
    """Remove what was fetched before that moment."""
    for file in fetched().glob("*.parquet"):
        if file.stat().st_mtime < before.timestamp():
            file.unlink(missing_ok=True)


def _unlink(names: Iterable[str]) -> None:
    for name in names:
        for kind in COLUMNS:
            for file in (path(kind, name), path(kind, name).with_suffix(".writing")):
                with suppress(FileNotFoundError):
                    file.unlink()


@contextmanager
def kept() -> Iterator[None]:
    """While inside, no file is removed: for readers that take longer than a question."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "being-read").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def unless_kept() -> Iterator[bool]:
    """Whether nobody keeps the files; while inside, nobody begins to."""
    with alone(folder() / "being-read") as nobody_keeps:
        yield nobody_keeps
