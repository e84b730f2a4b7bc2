"""Making a backup while the server runs."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from proj.backup import contents, sealed, tables
from proj.backup.contents import FORMAT, NAME, SECRET_KEY, BackupProblem, Contents
from proj.backup.snapshot import snapshot
from proj.backup.totals import totals
from proj.backup.writing import private, sync_folders, writing
from proj.release import version
from tracking.locks import alone
from tracking.models import TaskRun
from tracking.turns import write_transaction
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.manifest import live

RUN = "backup"
UNFINISHED = ".unfinished-"


def make(to: Path, keep: int = 0, with_key: bool = False) -> tuple[Path, Contents]:
    """Make a backup in a folder of backups, and remove all but the latest `keep`; 0 keeps all.

    Returns the backup's folder. Raises `BackupProblem`, and OSError where it cannot be written;
    then nothing of it is left.
    """
    to = to.absolute()
    if to.resolve().is_relative_to(settings.DATA):
        raise BackupProblem(
            f"{to} lies in the data folder, which is what is backed up. Choose another folder,"
            " on another disk if there is one."
        )
    with private():
        to.mkdir(parents=True, exist_ok=True)
        with alone(to / ".lock") as mine:
            if not mine:
                raise BackupProblem(f"Another backup is being made in {to}.")
            for left in to.glob(f"{UNFINISHED}*"):
                shutil.rmtree(left)
            return _made(to, keep, with_key)


def backups(to: Path) -> list[Path]:
    """The finished backups in a folder, by the time at which they were made."""
    return sorted(path.parent for path in to.glob(f"[0-9]*/{NAME}"))


def _made(to: Path, keep: int, with_key: bool) -> tuple[Path, Contents]:
    now = datetime.now(UTC)
    folder = to / f"{now:%Y-%m-%dT%H%M%S}.{now.microsecond // 1000:03}Z"
    unfinished = to / f"{UNFINISHED}{folder.name}"
    try:
        made = _write(unfinished, now, backups(to), with_key)
        sync_folders(unfinished)
        unfinished.rename(folder)
        sync_folders(to)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    _remove_old([each for each in backups(to) if each != folder], keep)
    with write_transaction():
        TaskRun.objects.update_or_create(name=RUN, defaults={"ran_at": now})
    return folder, made


def _write(folder: Path, now: datetime, before: list[Path], with_key: bool) -> Contents:
    folder.mkdir()
    # Segments may leave the manifest after the snapshot; their files have to stay until copied.
    with files.kept():
        with snapshot():
            rows = [tables.write(model, folder) for model in tables.kept(apps)]
            migrations = sorted(MigrationRecorder(connection).applied_migrations())
            names = list(live().values_list("name", flat=True))
            sealed.refuse_missing(names)
            figures = totals(now)
        earlier, at = _latest(before)
        segments = sealed.keep(names, folder, earlier, at)
    made = Contents(
        format=FORMAT,
        version=version(),
        made_at=now,
        migrations=migrations,
        tables=rows,
        sealed=segments,
        totals=figures,
        secret_key=_secret_key(folder) if with_key else None,
    )
    with writing(folder, NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(made)))
    return made


def _latest(before: list[Path]) -> tuple[dict[str, contents.File], Path]:
    """The sealed files of the latest backup that can be read, and its folder."""
    for folder in reversed(before):
        with suppress(BackupProblem):
            return {file.path: file for file in contents.read(folder).sealed}, folder
    return {}, Path()


def _secret_key(folder: Path) -> contents.File:
    with writing(folder, SECRET_KEY) as file:
        file.write(settings.SECRET_KEY.encode())
    return file.file(SECRET_KEY)


def _remove_old(others: list[Path], keep: int) -> None:
    """All but the latest, of which the one just made is one."""
    for folder in others[: max(len(others) - keep + 1, 0)] if keep else []:
        # Half removed, it must not look like a backup.
        gone = folder.rename(folder.with_name(f"{UNFINISHED}{folder.name}"))
        shutil.rmtree(gone)
