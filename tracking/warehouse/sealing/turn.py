"""One process at a time changes the sealed files, and cleans up after one that was killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from tracking.locks import takes
from tracking.models import SealedSegment
from tracking.warehouse.sealing import files


class Busy(Exception):
    """Another process, or another thread of this one, changes the sealed files now."""


class Turn:
    """The right to write segments. Names are noted before their files are there."""

    def __init__(self, notes: TextIO) -> None:
        self._notes = notes

    def announce(self, name: str) -> str:
        """Note the name of a segment that is about to be written."""
        self._notes.write(f"{name}\n")
        self._notes.flush()
        os.fsync(self._notes.fileno())
        return name

    def clean(self) -> None:
        """Remove what was written and never came into the manifest."""
        # Only what was noted here is removed: a folder may hold files of another database.
        self._notes.seek(0)
        names = {line.strip() for line in self._notes if line.endswith("\n")}
        known = SealedSegment.objects.filter(name__in=names).values_list("name", flat=True)
        files.unlink(names - set(known))
        self._notes.seek(0)
        self._notes.truncate()


@contextmanager
def turn() -> Iterator[Turn]:
    """The turn at changing sealed files; a killed process gives it back. Raises `Busy`."""
    folder = files.folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "being-written").open("a+") as notes:
        if not takes(notes):
            raise Busy
        mine = Turn(notes)
        mine.clean()
        yield mine
        mine.clean()
