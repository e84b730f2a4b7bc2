"""Files that come through the browser: in parts, then imported in the background, one at a time."""

import errno
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone

from tracking.audit import Did
from tracking.locks import alone
from tracking.models import Import, ImportedRecords, Site
from tracking.transfer.days import end_of
from tracking.transfer.ends import FAULT, cancel_abandoned, record_end
from tracking.transfer.errors import ImportProblem, Undecided
from tracking.transfer.fields import format_of
from tracking.transfer.formats import FORMATS
from tracking.transfer.importing import NO_SPACE, run
from tracking.transfer.refused import KEPT
from tracking.transfer.staging import folder
from tracking.warehouse.imported.kept import forget

logger = structlog.get_logger(__name__)

# How long a browser may leave an upload alone, and the lines of a killed import may lie.
ABANDONED = timedelta(days=1)
MEGABYTE = 1024 * 1024
# A file of raw events, whose ending says which kind it is.
RAW = "events"


def begin(
    site: Site, name: str, size: int, kind: str = RAW, options: Mapping[str, str] | None = None
) -> Import:
    """Announce a file of so many bytes, or one of which a part is there already.

    `kind` is `RAW` or a foreign format, `options` what that is told. Raises `ImportProblem` where
    the file is not to be sent.
    """
    if kind != RAW and kind not in FORMATS:
        raise ImportProblem("Say where the file is from.")
    found = format_of(name) if kind == RAW else kind
    if found is None:
        raise ImportProblem(
            "The file's name must end in .ndjson, .csv or .parquet; the first two may be compressed"
            " (.gz)."
        )
    end_of(options or {}, site)
    if size > settings.IMPORT_BYTES:
        raise ImportProblem(
            f"The file is larger than {settings.IMPORT_BYTES // MEGABYTE} MB: import it on the"
            " server, with manage.py events_import."
        )
    if size < 1:
        raise ImportProblem("The file is empty.")
    under_way = Import.objects.filter(site=site, state__in=Import.UNDER_WAY)
    same = under_way.filter(
        state=Import.State.UPLOADING, file_name=name[-255:], bytes_total=size
    ).first()
    if same:
        same.format, same.options = found, dict(options or {})
        same.save(update_fields=["format", "options"])
        return same
    if under_way.exists():
        raise ImportProblem("Another file is on its way. Wait for it, or cancel it.")
    return Import.objects.create(
        site=site,
        file_name=name[-255:],
        bytes_total=size,
        state=Import.State.UPLOADING,
        format=found,
        options=dict(options or {}),
    )


def path_of(job: Import) -> Path:
    return folder() / f"upload-{job.pk}"


def add(job: Import, offset: int, data: bytes) -> int:
    """Take in a part of the file; returns how many bytes are there, from which to go on.

    A part for another offset is not taken. Raises `ImportProblem` where the upload has ended.
    """
    try:
        there = _append(path_of(job), offset, data[: job.bytes_total - offset])
    except OSError as error:
        cancel(job)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise ImportProblem(NO_SPACE if full else "The file cannot be kept.") from None
    whole = there == job.bytes_total
    values = {"state": Import.State.WAITING, "bytes_done": 0} if whole else {"bytes_done": there}
    uploading = Import.objects.filter(pk=job.pk, state=Import.State.UPLOADING)
    if not uploading.update(**values, seen_at=timezone.now()):
        raise ImportProblem("The upload was cancelled.")
    return there


def _append(path: Path, offset: int, data: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.tell() == offset:
            file.write(data)
        return file.tell()


def cancel(job: Import) -> None:
    """End an import that is under way; whoever runs it notices within seconds."""
    mine = Import.objects.filter(pk=job.pk, state__in=Import.UNDER_WAY)
    mine.update(state=Import.State.CANCELLED, seen_at=timezone.now())
    path_of(job).unlink(missing_ok=True)


def run_waiting() -> None:
    """Import the uploaded files that wait, one after the other, unless somebody does already.

    A worker is busy with it meanwhile; no second one is to be.
    """
    with alone(folder() / "running") as free:
        if not free:
            return
        clean()
        while job := _next():
            run_uploaded(job)


def _next() -> Import | None:
    """The first whose file is there. One that runs was left by a killed worker, since none runs."""
    waiting = (Import.State.WAITING, Import.State.RUNNING)
    jobs = Import.objects.filter(state__in=waiting).select_related("site").order_by("pk")
    return next((job for job in jobs if path_of(job).exists()), None)


def run_uploaded(job: Import) -> None:
    path = path_of(job)
    mine = Import.objects.filter(pk=job.pk, state__in=(Import.State.WAITING, Import.State.RUNNING))
    try:
        if mine.update(state=Import.State.RUNNING, seen_at=timezone.now()):
            kind = job.format or format_of(job.file_name) or "ndjson"
            run(job, path, kind, most=settings.IMPORT_BYTES)
    except Error:
        # The file stays, and the next run goes on with it.
        raise
    except Undecided as undecided:
        ask(job, undecided)
        return
    except ImportProblem as problem:
        fail(job, str(problem))
    except Exception:
        fail(job, FAULT)
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def ask(job: Import, undecided: Undecided) -> None:
    """Let an import wait until a person has chosen; its file stays."""
    running = Import.objects.filter(pk=job.pk, state=Import.State.RUNNING)
    asked = {
        "option": undecided.option,
        "problem": str(undecided),
        "offered": [list(choice) for choice in undecided.choices],
    }
    running.update(state=Import.State.ASKING, choices=asked, seen_at=timezone.now())


def choose(job: Import, value: str) -> bool:
    """Take one of the choices of an import that waits for it; whether it did."""
    asked = job.choices or {}
    if value not in [choice for choice, _ in asked.get("offered", [])]:
        return False
    options = {**(job.options or {}), asked["option"]: value}
    asking = Import.objects.filter(pk=job.pk, state=Import.State.ASKING)
    waiting = Import.State.WAITING
    return bool(asking.update(state=waiting, options=options, choices=None, bytes_done=0))


@transaction.atomic
def fail(job: Import, problem: str) -> None:
    """End an import that runs; one that was cancelled has ended."""
    running = Import.objects.filter(pk=job.pk, state=Import.State.RUNNING)
    if running.update(state=Import.State.FAILED, problem=problem):
        record_end(Did.FAILED, job, {"problem": problem})


def clean() -> None:
    """Remove the files of uploads that ended or were left alone, and of imports nobody goes on."""
    old = timezone.now() - ABANDONED
    # One that runs for a command has no file here; killed, it is never heard of again.
    left = (Import.State.UPLOADING, Import.State.ASKING, Import.State.RUNNING)
    cancel_abandoned(Import.objects.filter(state__in=left, seen_at__lt=old))
    # What they would have added counts nowhere.
    ended = (Import.State.FAILED, Import.State.CANCELLED)
    ImportedRecords.objects.filter(job__state__in=ended).delete()
    kept = {path_of(job) for job in Import.objects.filter(state__in=Import.UNDER_WAY)}
    for path in folder().glob("upload-*"):
        if path not in kept:
            path.unlink(missing_ok=True)
    forget()
    for path in folder().glob("*.duckdb*"):
        if path.stat().st_mtime < old.timestamp():
            path.unlink(missing_ok=True)
    for path in folder().glob("*.scratch"):
        if path.stat().st_mtime < old.timestamp():
            shutil.rmtree(path, ignore_errors=True)
    for path in folder().glob("refused-*.tsv"):
        if path.stat().st_mtime < (timezone.now() - KEPT).timestamp():
            path.unlink(missing_ok=True)
