"""The sealed files: into a backup, and out of one into the warehouse that the settings name.

They never change, so that a backup shares those that the one before has too: as hard links. In a
backup they are files also where they lie in ClickHouse; there they have no sums of days.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

from django.conf import settings

from proj.backup.contents import BackupProblem, Contents, File
from proj.backup.writing import copy, described
from tracking.models import SealedSegment, SealedShare
from tracking.warehouse.database import writer
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.manifest import live

# Every segment has both. What else there is makes questions faster.
NEEDED = ("events", "visits")


def path_of(kind: str, name: str) -> str:
    """In a backup, as it is in the data folder."""
    return str(files.path(kind, name).relative_to(settings.DATA))


def name_of(file: File) -> str:
    return Path(file.path).stem


def kind_of(file: File) -> str:
    return Path(file.path).parent.name


def keep(names: Iterable[str], folder: Path, earlier: dict[str, File], at: Path) -> list[File]:
    """Put the segments into a backup's folder; `earlier` are the files of another backup, `at` its.

    Nobody may remove segments meanwhile.
    """
    kept = []
    take = _from_clickhouse if settings.WAREHOUSE else _from_files
    for name in names:
        for kind in NEEDED if settings.WAREHOUSE else files.COLUMNS:
            path = path_of(kind, name)
            if path in earlier and _linked(at / path, folder / path, earlier[path]):
                kept.append(earlier[path])
            elif file := take(kind, name, folder):
                kept.append(file)
    return kept


def refuse_missing(names: Iterable[str]) -> None:
    """Raise `BackupProblem` where a segment that counts has lost its files.

    Of ClickHouse this is known when they are fetched.
    """
    for name in names if not settings.WAREHOUSE else ():
        for path in (files.path(kind, name) for kind in NEEDED):
            if not path.exists():
                raise BackupProblem(
                    f"{path} is missing, though its events count. Put it back from a backup."
                )


def _linked(source: Path, to: Path, file: File) -> bool:
    """Share a file of the earlier backup, unless it rotted there: it would do so in all later."""
    to.parent.mkdir(parents=True, exist_ok=True)
    # Some file systems have no links, and others not so many.
    with suppress(OSError):
        with source.open("rb") as opened:
            found = file_digest(opened, "sha256").hexdigest()
        if found == file.sha256:
            os.link(source, to)
            return True
    return False


def _from_files(kind: str, name: str, folder: Path) -> File | None:
    with suppress(FileNotFoundError):
        return copy(files.path(kind, name), folder, path_of(kind, name))
    return None


def _from_clickhouse(kind: str, name: str, folder: Path) -> File:
    from tracking.warehouse.clickhouse import segments

    path = path_of(kind, name)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    with writer("backup") as connection:
        segments.save(connection, kind, name, folder / path)
    return described(folder, path)


def put(contents: Contents, folder: Path, link: bool) -> None:
    """Bring the sealed files of a backup to where the warehouse is.

    `link` shares them with the backup, where the file system can.
    """
    if settings.WAREHOUSE:
        _put_into_clickhouse(contents, folder)
        return
    for file in contents.sealed:
        _place(folder / file.path, settings.DATA / file.path, os.link if link else shutil.copyfile)


def _place(source: Path, to: Path, how: Callable[[Path, Path], object]) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.unlink(missing_ok=True)
    try:
        how(source, to)
    except OSError:
        if how is not os.link:
            raise
        shutil.copyfile(source, to)
    with to.open("rb") as opened:
        os.fsync(opened.fileno())


def _put_into_clickhouse(contents: Contents, folder: Path) -> None:
    from tracking.warehouse.clickhouse import segments

    names = {name_of(file) for file in contents.sealed}
    # Of a restore that was killed, a part may be there.
    segments.remove(names)
    for name in sorted(names):
        for kind in NEEDED:
            path = path_of(kind, name)
            _place(folder / path, settings.DATA / path, shutil.copyfile)
        with writer("restore") as connection:
            files.bring(connection, name)


def is_empty() -> bool:
    """Whether there are no sealed rows, counted or not."""
    return not _there()


def remove_all_but(names: Collection[str]) -> None:
    """Remove what the warehouse has besides."""
    files.unlink(_there() - set(names))


def _there() -> set[str]:
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse import segments

        return segments.everything()
    return {file.stem for file in files.folder().glob("*/*.parquet")}


def check(contents: Contents) -> None:
    """Raise `BackupProblem` unless the backup has the files of all segments that count."""
    there = {(kind_of(file), name_of(file)) for file in contents.sealed}
    for name in live().values_list("name", flat=True):
        if not all((kind, name) in there for kind in NEEDED):
            raise BackupProblem(f"The backup lacks the sealed files {name}.")


def forget_missing_sums(contents: Contents) -> None:
    """Let questions count rows where the backup has no sums of days."""
    summed = {name_of(file) for file in contents.sealed if kind_of(file) == "sums"}
    without = set(SealedSegment.objects.values_list("name", flat=True)) - summed
    SealedShare.objects.filter(summed=True, segment__name__in=without).update(summed=False)
