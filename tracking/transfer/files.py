"""The files of an import: raw events in one file, or files of another program."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracking.models import Import, Site
from tracking.transfer.formats import FORMATS
from tracking.transfer.formats.blocks import foreign_blocks
from tracking.transfer.formats.source import Source
from tracking.transfer.reading import Block, Room, blocks


@dataclass(frozen=True)
class Files:
    """`kind` is one of `tracking.transfer.fields.FORMATS`, or the name of a foreign format.

    `names` are what people call the files. `options` are what a foreign format was told.
    """

    kind: str
    paths: Sequence[Path]
    names: Sequence[str]
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_foreign(self) -> bool:
        return self.kind in FORMATS

    @property
    def counts_days(self) -> bool:
        return self.kind in Import.OF_DAYS

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.paths)

    def fingerprint(self) -> str:
        """Of what is in the files, and of what else makes another import of the same files."""
        digests = [_digest(path) for path in self.paths]
        if not self.is_foreign:
            return digests[0]
        told = [self.kind, *digests, *(f"{k}={v}" for k, v in sorted(self.options.items()))]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


class Reading:
    """The blocks of files, and what their numbers mean. Raises `ImportProblem`."""

    def __init__(self, files: Files, site: Site, scratch: Path, most: int | None) -> None:
        self.files = files
        self.most = most
        self.scratch = scratch
        self.source = Source(
            site, files.paths, files.names, scratch, files.options, room=Room(most)
        )

    def blocks(self) -> Iterator[Block]:
        if not self.files.is_foreign:
            yield from blocks(self.files.paths[0], self.files.kind, self.most)
            return
        self.scratch.mkdir(parents=True, exist_ok=True)
        try:
            yield from foreign_blocks(FORMATS[self.files.kind], self.source)
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def where(self, number: int) -> int | str:
        """The line of a number; with its file's name where there are several."""
        if not self.files.is_foreign:
            return number
        name, line = self.source.label(number)
        return f"{name}:{line}" if len(self.source.labels) > 1 else line


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
