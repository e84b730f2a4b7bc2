"""Files of raw events into a site: checked and gathered first, then stored all at once."""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
import structlog
from django.utils import timezone

from tracking.audit import Did
from tracking.enrich import log
from tracking.models import EventLog, Import, ImportKey, SealedSegment, SealedShare, Site
from tracking.transfer.again import tell_apart
from tracking.transfer.days import count_days, end_of
from tracking.transfer.derive import Derivation
from tracking.transfer.earlier import refuse_known, same_file
from tracking.transfer.ends import BROKEN_OFF, forget_running, record_end
from tracking.transfer.errors import ImportProblem
from tracking.transfer.files import Files, Reading
from tracking.transfer.formats import FORMATS
from tracking.transfer.known import find_repeated, keep_records
from tracking.transfer.placing import leave, place
from tracking.transfer.reading import Block
from tracking.transfer.refused import write_refusals
from tracking.transfer.staging import Staging, folder, staging
from tracking.transfer.totals import Gathering
from tracking.turns import write_transaction
from tracking.warehouse.sealing.manifest import next_generation
from tracking.warehouse.sealing.seal import shares_of, write_segment
from tracking.warehouse.sealing.turn import Busy, Turn, turn

logger = structlog.get_logger(__name__)

SHOWN = 20
# Sealing takes seconds, seldom minutes.
LONGEST_WAIT = 600.0
LOOK_AGAIN = 0.5
NONE_READ = "No line of the file can be read: it is from elsewhere, or damaged."
NO_SPACE = "The disk is full. Nothing of the file was stored."

Segment = tuple[SealedSegment, list[SealedShare]]


def run(
    job: Import,
    path: Path | Sequence[Path],
    kind: str,
    *,
    strict: bool = False,
    again: bool = False,
    most: int | None = None,
    progress: Callable[[Import], None] = lambda job: None,
    storing: Callable[[int, int], None] = lambda done, days: None,
    gathered: Callable[[Staging], None] = lambda staging: None,
) -> None:
    """Import a file of raw events, or files of a foreign format, for the site of a running `job`.

    `kind` is of `tracking.transfer.fields.FORMATS` or `tracking.transfer.formats.FORMATS`. Killed
    anywhere, nothing is stored, and the next run for the same files goes on where the lines were
    gathered. Raises `ImportProblem`, having stored nothing, where that is no use: the file was
    imported before and not asked for `again`, is damaged, or `strict` and has a line that is
    refused, or no other; it unpacks to more than `most` bytes; the disk is full; somebody has to
    choose, or cancelled the job. Raises django.db.Error while the database is away. `progress`
    hears of the job as its lines are read, `gathered` of those that are refused, `storing` how many
    of the days of its events are stored.
    """
    paths = [path] if isinstance(path, Path) else path
    names = [job.file_name] if len(paths) == 1 else [each.name for each in paths]
    files = Files(kind, paths, names, job.options or {})
    with _problems():
        job.format = kind
        job.fingerprint, job.bytes_total = files.fingerprint(), files.size
        if not again:
            refuse_known(job)
        with staging(job) as lines:
            # Whoever else ran this file was killed, or would have the staged lines.
            forget_running(same_file(job, Import.State.RUNNING).exclude(pk=job.pk), BROKEN_OFF)
            reading = Reading(files, job.site, _scratch(job), most)
            lines.where = reading.where
            if files.counts_days:
                totals = Gathering(lines.connection, job, reading.scratch)
                _gather_days(job, lines, totals, reading, progress)
            else:
                _gather(job, lines, reading.blocks(), progress)
            write_refusals(job, lines)
            gathered(lines)
            if strict and job.refused:
                raise ImportProblem(
                    f"Refused lines: {job.refused}. Nothing of the file was stored."
                )
            if files.counts_days:
                totals.store(partial(_finish, job))
                return
            if job.refused and not job.events and not job.left_out:
                raise ImportProblem(NONE_READ)
            job.known = find_repeated(lines.connection, job, again=again)
            job.events -= job.known
            keep_records(lines.connection, job)
            note(job)
            with _awaited_turn() as mine:
                _store(job, lines.connection, mine, storing)
            # Where the site has events now, totals of these days no longer count.
            count_days(job.site, timezone.now())
    logger.info(
        "events_imported",
        site_id=job.site_id,
        format=kind,
        count=job.events,
        known=job.known,
        refused=job.refused,
    )


def _scratch(job: Import) -> Path:
    return folder() / f"{job.site_id}-{job.fingerprint[:32]}.scratch"


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what is wrong with the machine or the file into words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ImportProblem(NO_SPACE) from None
        raise ImportProblem(f"The file cannot be read: {error.strerror}.") from None
    except duckdb.IOException as error:
        raise ImportProblem(f"{NO_SPACE} ({str(error).splitlines()[0]})") from None
    except duckdb.OutOfMemoryException:
        raise ImportProblem(
            "The memory does not suffice. Set FOOTFALL_QUERY_MEMORY to more."
        ) from None


def _gather(
    job: Import, lines: Staging, found: Iterator[Block], progress: Callable[[Import], None]
) -> None:
    key, end = ImportKey.of(job.site), end_of(job.options or {}, job.site)
    for done in lines.gather(found, Derivation.of(job.site), key, timezone.now(), end):
        job.bytes_done = done
        job.events, job.refused = lines.counts()
        note(job)
        progress(job)
    job.bytes_done = job.bytes_total
    job.events, job.refused = lines.counts()
    job.refusals, job.reasons = lines.refusals(SHOWN), lines.reasons()
    job.left_out = lines.left_out()
    note(job)


def _gather_days(
    job: Import,
    lines: Staging,
    totals: Gathering,
    reading: Reading,
    progress: Callable[[Import], None],
) -> None:
    for done in totals.gather(FORMATS[reading.files.kind], reading.source):
        job.bytes_done, job.events = done, totals.rows
        job.refused = lines.counts()[1]
        note(job)
        progress(job)
    job.bytes_done = job.bytes_total
    job.refusals, job.reasons = lines.refusals(SHOWN), lines.reasons()
    job.left_out = lines.left_out()
    note(job)


def note(job: Import) -> None:
    """Write down how far a job is; raises `ImportProblem` where somebody cancelled it."""
    running = Import.objects.filter(pk=job.pk, state=Import.State.RUNNING)
    kept = (
        *("format", "fingerprint", "bytes_total", "bytes_done", "events", "known", "refused"),
        *("refusals", "reasons", "left_out"),
    )
    values = {name: getattr(job, name) for name in kept}
    if not running.update(**values, seen_at=timezone.now()):
        raise ImportProblem("The import was cancelled. Nothing of the file was stored.")


@contextmanager
def _awaited_turn() -> Iterator[Turn]:
    """The turn at the sealed files, when whoever has it is ready."""
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            with turn() as mine:
                yield mine
            return
        except Busy:
            if time.monotonic() > deadline:
                raise ImportProblem(
                    "Sealing takes very long. Import the file again later."
                ) from None
            time.sleep(LOOK_AGAIN)


def _store(
    job: Import,
    connection: duckdb.DuckDBPyConnection,
    mine: Turn,
    storing: Callable[[int, int], None],
) -> None:
    days = place(connection)
    tell_apart(connection, mine, job.site_id)
    # A range for all; what is not stored in the end leaves a hole, which nobody minds.
    with write_transaction():
        before = log.take_ids(job.events) - 1
    now = timezone.now()
    segments: list[Segment] = []
    for n, day in enumerate(days, start=1):
        leave(connection, day, job.site_id, before)
        segments.append((write_segment(connection, mine, day.day, now), shares_of(connection)))
        note(job)
        storing(n, len(days))
    _commit(job, segments, now)


def _commit(job: Import, segments: list[Segment], now: datetime) -> None:
    """All of it counts from here on, or nothing."""
    with write_transaction():
        EventLog.lock()
        Site.objects.filter(pk=job.site_id).select_for_update(no_key=True).first()
        job.visits = sum(_visits(shares) for _, shares in segments)
        _finish(job, now)
        SealedSegment.objects.bulk_create(segment for segment, _ in segments)
        for segment, shares in segments:
            for share in shares:
                share.segment = segment
        SealedShare.objects.bulk_create(share for _, shares in segments for share in shares)
        next_generation()


def _finish(job: Import, now: datetime) -> None:
    """Within the transaction that makes it count; raises `ImportProblem` where it was cancelled."""
    running = Import.objects.filter(pk=job.pk, state=Import.State.RUNNING)
    job.state = Import.State.DONE
    if not running.update(state=job.state, visits=job.visits, seen_at=now):
        raise ImportProblem("The import was cancelled. Nothing of the file was stored.")
    counts = {name: getattr(job, name) for name in ("events", "visits", "refused")}
    record_end(Did.FINISHED, job, counts)


def _visits(shares: list[SealedShare]) -> int:
    return sum(share.visits for share in shares)
