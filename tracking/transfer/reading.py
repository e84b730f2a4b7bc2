"""Files of raw events as blocks of lines, each line a JSON object, whatever the format."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb

from tracking.transfer.errors import ImportProblem
from tracking.transfer.fields import FIELDS, REQUIRED
from tracking.warehouse.database import writer
from tracking.warehouse.sealing.manifest import literal

BLOCK_BYTES = 8 * 1024 * 1024
BLOCK_ROWS = 20_000
MEGABYTE = LONGEST_LINE = 1024 * 1024
NOT_TEXT = "It is not UTF-8."
TOO_LONG = "It is longer than a megabyte."

Refusal = tuple[int, str]  # the line's number, from 1, and a sentence


@dataclass
class Block:
    """Lines of a file that are read at once, with their numbers, and those that cannot be read.

    `text` has a line for each number, blank where it cannot be read. `done` is how many bytes of
    the file are behind its end. `left_out` counts lines that are in order and no events, by what
    they are. A file read again has the same blocks.
    """

    done: int
    text: str = ""
    numbers: Sequence[int] = ()
    refused: list[Refusal] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def blocks(path: Path, kind: str, most: int | None = None) -> Iterator[Block]:
    """The file's blocks in order, up to so many bytes of what is unpacked.

    Raises `ImportProblem` for a file that is not of its kind, or unpacks to more.
    """
    if kind == "parquet":
        yield from _parquet_blocks(path, Room(most))
        return
    with path.open("rb") as raw, _unpacked(raw, Room(most)) as file:
        yield from (_csv_blocks if kind == "csv" else _ndjson_blocks)(file, raw)


class Room:
    """How many bytes a file may still unpack to; None: as many as it likes."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self.taken = 0

    def take(self, size: int) -> None:
        """Raises `ImportProblem` where there is no room for it."""
        self.taken += size
        if self.most is not None and self.taken > self.most:
            raise ImportProblem(
                f"The file is larger than {self.most // MEGABYTE} MB when it is unpacked: import it"
                " on the server, with manage.py events_import."
            )


class Unpacked(io.RawIOBase):
    """What a compressed file unpacks to, as far as there is room."""

    def __init__(self, raw: IO[bytes], room: Room) -> None:
        self.file = gzip.GzipFile(fileobj=raw)
        self.room = room

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = self.file.readinto(buffer)
        self.room.take(size)
        return size


@contextmanager
def _unpacked(raw: IO[bytes], room: Room) -> Iterator[IO[bytes]]:
    compressed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not compressed:
        yield raw
        return
    try:
        yield io.BufferedReader(Unpacked(raw, room), MEGABYTE)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ImportProblem("The file is compressed, and damaged or cut.") from None


def _ndjson_blocks(file: IO[bytes], raw: IO[bytes]) -> Iterator[Block]:
    first = 1
    while data := file.read(BLOCK_BYTES):
        end = file.readline(LONGEST_LINE)
        cut = _is_cut(end)
        while _is_cut(end):
            end = file.readline(LONGEST_LINE)
        # A line that is cut is blank.
        whole = data[: data.rfind(b"\n") + 1] + b"\n" if cut else data + end
        block = _block(raw.tell(), first, whole)
        if cut:
            block.refused.append((block.numbers[-1], TOO_LONG))
        first = block.numbers[-1] + 1
        yield block


def _is_cut(end: bytes) -> bool:
    return len(end) == LONGEST_LINE and not end.endswith(b"\n")


def _block(done: int, first: int, data: bytes) -> Block:
    if first == 1:
        data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.removesuffix(b"\n")
    numbers = range(first, first + data.count(b"\n") + 1)
    try:
        return Block(done, data.decode(), numbers)
    except UnicodeDecodeError:
        lines = [_decoded(line) for line in data.split(b"\n")]
        refused = [(n, NOT_TEXT) for n, line in zip(numbers, lines, strict=True) if line is None]
        return Block(done, "\n".join(line or "" for line in lines), numbers, refused)


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def csv_lines(file: IO[bytes]) -> Iterator[str]:
    """Lines for `csv.reader`. Of one that is too long only the beginning, in which that fails.

    What is not UTF-8 has surrogates.
    """
    first = True
    while data := file.readline(LONGEST_LINE):
        cut = _is_cut(data)
        while cut and _is_cut(file.readline(LONGEST_LINE)):
            pass
        text = data.decode(errors="surrogateescape")
        yield text.removeprefix("\ufeff") if first else text
        first = False


def _csv_blocks(file: IO[bytes], raw: IO[bytes]) -> Iterator[Block]:
    rows = csv.reader(csv_lines(file), strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    _check_columns(header)
    full = True
    while full:
        lines: dict[int, str] = {}
        refused: list[Refusal] = []
        while (full := _take_row(rows, header, lines, refused)) and len(lines) < BLOCK_ROWS:
            pass
        yield Block(raw.tell(), "\n".join(lines.values()), list(lines), refused)


def _take_row(
    rows: "csv._reader",  # type: ignore[name-defined]
    header: list[str],
    lines: dict[int, str],
    refused: list[Refusal],
) -> bool:
    """Whether there was another row; it is among the lines, by its number, or refused."""
    try:
        row = next(rows)
        if row and len(row) != len(header):
            sentence = f"It has {len(row)} cells where the first line has {len(header)}."
            refused.append((rows.line_num, sentence))
        elif row:
            line = json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)
            line.encode()
            lines[rows.line_num] = line
    except UnicodeEncodeError:
        refused.append((rows.line_num, NOT_TEXT))
    except csv.Error:
        refused.append((rows.line_num, "Its quotes are not closed, or it is far too long."))
    except StopIteration:
        return False
    return True


def _check_columns(names: list[str]) -> None:
    for name in REQUIRED:
        if name not in names:
            raise ImportProblem(f"The file has no column {name}.")


def _parquet_blocks(path: Path, room: Room) -> Iterator[Block]:
    size, first = path.stat().st_size, 1
    with writer(f"reading-{path.name}") as connection:
        source = f"read_parquet({literal(str(path))})"
        try:
            found = connection.execute(f"DESCRIBE FROM {source}").fetchall()
            total = connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]  # noqa: S608
        except duckdb.Error:
            raise ImportProblem("The file is no Parquet file, or it is damaged.") from None
        names = {name: name.lower() for name, *_ in found if name.lower() in FIELDS}
        _check_columns(list(names.values()))
        columns = ", ".join(f'"{known}": "{name}"' for name, known in names.items())
        rows = connection.execute(f"SELECT to_json({{{columns}}})::VARCHAR FROM {source}")  # noqa: S608
        while lines := [line for (line,) in rows.fetchmany(BLOCK_ROWS)]:
            room.take(sum(map(len, lines)))
            numbers = range(first, first + len(lines))
            first = numbers.stop
            yield Block(size * (first - 1) // total, "\n".join(lines), numbers)
