"""The files of an import as streams, packed or not, and how far they are read."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tracking.models import Site
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.sample import GZIP, ZIP
from tracking.transfer.reading import (
    LONGEST_LINE,
    MEGABYTE,
    NOT_TEXT,
    TOO_LONG,
    Room,
    csv_lines,
)

# Lines have fewer than 2^40 in each file, so that a number tells both.
LINE_BITS = 40
UNREADABLE = "Its quotes are not closed, or it is far too long."


@dataclass(frozen=True, slots=True)
class Stream:
    """A file, or one in a zip file, unpacked. `name` is as people know it."""

    name: str
    file: IO[bytes]
    index: int

    def number(self, line: int) -> int:
        """The number of a line, from 1, among those of all streams of a source."""
        return self.index << LINE_BITS | line

    def lines(self, longest: int = LONGEST_LINE) -> Iterator[tuple[int, str | None, str]]:
        """Number, text without its end, and what is wrong where there is no text.

        A line of more than `longest` bytes is not held.
        """
        line = 0
        while data := self.file.readline(longest):
            line += 1
            if len(data) == longest and not data.endswith(b"\n"):
                while data and not data.endswith(b"\n"):
                    data = self.file.readline(longest)
                yield self.number(line), None, TOO_LONG
                continue
            if line == 1:
                data = data.removeprefix(b"\xef\xbb\xbf")
            try:
                yield self.number(line), data.decode().rstrip("\r\n"), ""
            except UnicodeDecodeError:
                yield self.number(line), None, NOT_TEXT

    def rows(self) -> Iterator[tuple[int, list[str] | None, str]]:
        """The same of a CSV file: rows of cells, blank lines left out."""
        rows = csv.reader(csv_lines(self.file), strict=True)
        while True:
            try:
                row = next(rows)
                "".join(row).encode()
            except StopIteration:
                return
            except UnicodeEncodeError:
                yield self.number(rows.line_num), None, NOT_TEXT
            except csv.Error:
                yield self.number(rows.line_num), None, UNREADABLE
            else:
                if row:
                    yield self.number(rows.line_num), row, ""


@dataclass
class Source:
    """The files of an import, for the format that reads them.

    `names` are what people call them. `options` are what a person chose: `website`, `log_format`.
    Files for what does not fit into memory may be made in `scratch`, a folder that is removed when
    all is read. A format that reads the streams more than once says how often in `passes`.
    """

    site: Site
    paths: Sequence[Path]
    names: Sequence[str]
    scratch: Path
    options: Mapping[str, str] = field(default_factory=dict)
    room: Room = field(default_factory=lambda: Room(None))
    passes: int = 1
    # How many passes have begun, and the names of streams by their index.
    begun: int = 0
    labels: dict[int, str] = field(default_factory=dict)
    _behind: int = 0
    _raw: IO[bytes] | None = None

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.paths)

    @property
    def done(self) -> int:
        """How many bytes of the files are read, as one number over all passes."""
        here = self._raw.tell() if self._raw else 0
        return ((self.begun - 1) * self.size + self._behind + here) // self.passes

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    def streams(self, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[Stream]:
        """All files, those in zip files among them, whose name is wanted. Each is read in its turn.

        Raises `ImportProblem` where one is damaged, or there is no room for it.
        """
        self.begun += 1
        self._behind, index = 0, 0
        for path, name in zip(self.paths, self.names, strict=True):
            with path.open("rb") as raw:
                self._raw = raw
                for label, file in _opened(raw, name):
                    index += 1
                    if wanted(label):
                        self.labels[index - 1] = label
                        yield from self._stream(label, file, raw, index - 1)
                self._raw = None
            self._behind += path.stat().st_size

    def _stream(self, label: str, file: IO[bytes], raw: IO[bytes], index: int) -> Iterator[Stream]:
        with _problems():
            start = file.peek(2)[:2] if isinstance(file, _PEEKABLE) else b""
            plain: IO[bytes] = file
            if start == GZIP:
                plain = io.BufferedReader(
                    _Counted(gzip.GzipFile(fileobj=file), self.room), MEGABYTE
                )
            elif file is not raw:
                plain = io.BufferedReader(_Counted(file, self.room), MEGABYTE)
            yield Stream(label.removesuffix(".gz"), plain, index)

    def label(self, number: int) -> tuple[str, int]:
        """The stream's name and the line of a number."""
        index, line = number >> LINE_BITS, number & ((1 << LINE_BITS) - 1)
        return self.labels.get(index, ""), line


_PEEKABLE = (io.BufferedReader, zipfile.ZipExtFile)


class _Counted(io.RawIOBase):
    """What a packed file unpacks to, as far as there is room."""

    def __init__(self, file: Any, room: Room) -> None:
        self.file = file
        self.room = room

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Here and not where streams are given: what is read there is read from outside.
        with _problems():
            size: int = self.file.readinto(buffer)
        self.room.take(size)
        return size


def _opened(raw: IO[bytes], name: str) -> Iterator[tuple[str, IO[bytes]]]:
    """The file itself, or those in it."""
    start = raw.read(len(ZIP))
    raw.seek(0)
    if start != ZIP:
        yield name, raw
        return
    with _problems(), zipfile.ZipFile(raw) as packed:
        for member in packed.infolist():
            if member.is_dir() or member.filename.startswith("__MACOSX/"):
                continue
            with packed.open(member) as file:
                yield member.filename, file


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error):
        raise ImportProblem("The file is compressed, and damaged or cut.") from None
    except (RuntimeError, NotImplementedError) as error:
        if "password" in str(error) or "compression" in str(error):
            raise ImportProblem("The zip file is encrypted, or packed in a rare way.") from None
        raise
