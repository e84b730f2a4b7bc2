"""Files that are hashed as they are written, and are on the disk when they are closed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from proj.backup.contents import File

CHUNK = 1024 * 1024


class Written:
    """A file being written. `file` says what it is, once it is closed."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self._hash = sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        return self._opened.write(data)

    def flush(self) -> None:
        """Asked for by gzip; flushed when closed."""

    def file(self, path: str) -> File:
        return File(path, self.size, self._hash.hexdigest())


@contextmanager
def writing(folder: Path, path: str) -> Iterator[Written]:
    to = folder / path
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("xb") as opened:
        yield Written(opened)
        opened.flush()
        os.fsync(opened.fileno())


def copy(source: Path, folder: Path, path: str) -> File:
    """Copy a file into the folder."""
    with source.open("rb") as original, writing(folder, path) as to:
        while data := original.read(CHUNK):
            to.write(data)
    return to.file(path)


def described(folder: Path, path: str) -> File:
    """A file that somebody else wrote there."""
    with (folder / path).open("rb") as opened:
        os.fsync(opened.fileno())
        return File(
            path, os.fstat(opened.fileno()).st_size, file_digest(opened, "sha256").hexdigest()
        )


def sync_folders(folder: Path) -> None:
    """Let the names in a folder, and in those within, survive a loss of power."""
    for each in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        opened = os.open(each, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def private() -> Iterator[None]:
    """What is made meanwhile is for its owner alone. Of the whole process, so not for a server."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
