"""Raw events of a site as a file: all of them, hot and sealed, as of one moment."""

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb
from django.conf import settings
from django.db import Error

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import Event, Site
from tracking.transfer.fields import FIELDS
from tracking.warehouse import hot
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.database import transaction, writer
from tracking.warehouse.mirror import Generations
from tracking.warehouse.sealing import manifest
from tracking.warehouse.sealing.files import kept
from tracking.warehouse.sealing.manifest import Sealed, literal

DAY = timedelta(days=1)

# The same words in all formats. What is not here is the column of that name.
EXPRESSIONS = {
    "timestamp": "strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ')",
    "visitor": "if(visit = 0, '', visitor::VARCHAR)",
    # As a browser would show it, as far as it is known.
    "url": "if(hostname = '', '', 'https://' || hostname) || replace(replace(replace(replace("
    "url_encode(path), '%2F', '/'), '%3F', '?'), '%3D', '='), '%26', '&')",
    "visit": "if(visit = 0, '', visit::VARCHAR)",
    "sequence": "id",
    "flags": "if(visit = 0, if(bot = 'yes', 'bot,no_visitor', 'no_visitor'),"
    " if(bot = 'yes', 'bot', ''))",
}
OPTIONS = {"ndjson": "FORMAT json", "csv": "FORMAT csv, HEADER {header}"}
PARQUET = "FORMAT parquet, COMPRESSION zstd"


class Sink(Protocol):
    """Where a file goes to."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Span:
    """start <= time < end, in UTC without a zone."""

    start: datetime
    end: datetime


@contextmanager
def recorded(site: Site, by: Any, means: Means = Means.BROWSER) -> Iterator[dict[str, int]]:
    """Write into the audit log how an export ended, with what was counted of it if it is whole."""
    record = partial(audit.record, what=What.EXPORT, by=by, site=site, means=means)
    counts: dict[str, int] = {}
    try:
        yield counts
    except BaseException:
        # Of what broke off because the database or the site is gone, nothing can be said.
        with suppress(Error, Site.DoesNotExist):
            record(Did.FAILED)
        raise
    record(Did.FINISHED, details=counts)


def export(
    site: Site,
    to: Sink,
    kind: str,
    span: Span | None = None,
    visitors: Collection[int] | None = None,
) -> int:
    """Write the events of a span, or all, in order of time, then id; returns how many.

    `kind` is one of `FORMATS`, `visitors` are the ids of those whose events are written. Memory
    does not grow with their number: one UTC day is sorted after the other, or, as Parquet is one
    whole, on the disk.
    """
    with TemporaryDirectory(dir=_folder()) as folder, opened(site) as (connection, sealed):
        part = Path(folder) / "part"
        whose = "true" if visitors is None else f"visitor IN ({_listed(visitors)})"
        if kind == "parquet":
            return _copy_parquet(connection, sealed, span, whose, part, to)
        events = 0
        for number, day in enumerate(_days(connection, sealed, span)):
            options = OPTIONS[kind].format(header="true" if number == 0 else "false")
            events += _copy(connection, sealed, day, whose, part, options)
            _append(part, to)
        return events


def span_of(site: Site, first: str | None, last: str | None) -> Span:
    """The days from `first` to `last`, ISO dates in the site's time zone; raises ValueError."""
    start = datetime.fromisoformat(first).date() if first else datetime(1970, 1, 1).date()
    end = datetime.fromisoformat(last).date() if last else datetime(9000, 1, 1).date()
    if end < start:
        raise ValueError("the last day lies before the first")
    midnights = (datetime.combine(day, time(), site.zone) for day in (start, end + DAY))
    return Span(*map(naive_utc, midnights))


@contextmanager
def opened(site: Site) -> Iterator[tuple[duckdb.DuckDBPyConnection, Sealed]]:
    """The hot rows of a site as `hot.events`, and the sealed files that go with them."""
    with kept(), writer(f"export-{secrets.token_hex(4)}") as connection:
        connection.execute("CREATE SCHEMA hot")
        while True:
            # As `Mirror` does: the same generation before and after is one moment.
            generation = Generations.current()
            sealed = manifest.sealed(site.pk)
            _read_hot(connection, site)
            if Generations.current() == generation:
                break
        yield connection, sealed


def _read_hot(connection: duckdb.DuckDBPyConnection, site: Site) -> None:
    connection.execute(hot.create("hot.events"))
    for _, rows in hot.chunks(Event.objects.filter(site_id=site.pk)):
        with transaction(connection):
            connection.execute(hot.insert("hot.events"), [rows])


def _folder() -> Path:
    folder = settings.DATA / "temp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _days(
    connection: duckdb.DuckDBPyConnection, sealed: Sealed, span: Span | None
) -> Iterator[Span]:
    """The days, one at least, that may have events, each as far as it is asked for."""
    ends = connection.execute("SELECT min(time), max(time) FROM hot.events").fetchone() or ()
    known = [end for end in ends if end] + [
        end for share in sealed.shares for end in (share.first, share.last)
    ]
    first, last = min(known, default=datetime(2000, 1, 1)), max(known, default=datetime(2000, 1, 1))
    if span:
        first, last = max(first, span.start), min(last, span.end)
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    yield _within(Span(day, day + DAY), span)
    while (day := day + DAY) <= last:
        yield _within(Span(day, day + DAY), span)


def _within(day: Span, span: Span | None) -> Span:
    return Span(max(day.start, span.start), min(day.end, span.end)) if span else day


def _copy_parquet(
    connection: duckdb.DuckDBPyConnection,
    sealed: Sealed,
    span: Span | None,
    whose: str,
    part: Path,
    to: Sink,
) -> int:
    everything = span or Span(datetime(1970, 1, 1), datetime(9000, 1, 1))
    events = _copy(connection, sealed, everything, whose, part, PARQUET)
    _append(part, to)
    return events


def _copy(
    connection: duckdb.DuckDBPyConnection,
    sealed: Sealed,
    span: Span,
    whose: str,
    part: Path,
    options: str,
) -> int:
    events = sealed.tables(span.start, span.end).events
    copied = connection.execute(
        f"COPY (SELECT {_columns(options)} FROM {events} AS events"  # noqa: S608
        f" WHERE site_id = $1 AND time >= $2 AND time < $3 AND {whose} ORDER BY time, id)"
        f" TO {literal(str(part))} ({options})",
        [sealed.site_id, span.start, span.end],
    ).fetchone()
    return copied[0] if copied else 0


def _columns(options: str) -> str:
    # A map would be written in a notation of DuckDB's own.
    props = {"props": "to_json(props)"} if "csv" in options else {}
    expressions = EXPRESSIONS | props
    return ", ".join(f"{expressions.get(name, name)} AS {name}" for name in FIELDS)


def _listed(visitors: Collection[int]) -> str:
    return ", ".join(f"{visitor:d}" for visitor in visitors) or "NULL"


def _append(part: Path, to: Sink) -> None:
    with part.open("rb") as written:
        shutil.copyfileobj(written, to, 1024 * 1024)
    part.unlink()
