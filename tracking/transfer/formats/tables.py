"""Rows of tables out of CSV files and of plain dumps of PostgreSQL and MySQL or MariaDB.

Dumps are those of pg_dump (COPY blocks: "File Formats, Text Format" of COPY in PostgreSQL's manual)
and of mysqldump (a CREATE TABLE that names the columns, then INSERTs of many rows a line).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.source import Stream

# mysqldump puts many rows into a line.
LONGEST_DUMPED = 64 * 1024 * 1024
COPY = re.compile(r'COPY (?:"?\w+"?\.)?"?(\w+)"? \((.*)\) FROM stdin;')
CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?`(\w+)` \(")
COLUMN = re.compile(r"\s*`(\w+)` ")
INSERT = re.compile(r"INSERT INTO `(\w+)`(?: \(([^)]*)\))? VALUES ?")
VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.|'')*)'|([^,()']*))\s*([,)])")
QUOTED = re.compile(r"\\(.)|''")
COPIED = re.compile(r"\\(.)")
# What stands behind a backslash for another character, in both.
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
OWN_FORM = "PGDMP"
NO_ROW = "It is no whole row."


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is that of the line; among the rows of INSERTs, which share lines, that of the row.

    `table` is the name in a dump, or what the columns of a CSV file tell. Where `cells` are
    missing, `problem` says why. Values that are NULL are blank.
    """

    number: int
    table: str
    cells: Mapping[str, str] | None
    problem: str = ""


def rows_of(stream: Stream, table_of: Callable[[set[str]], str]) -> Iterator[Row | None]:
    """The rows of a stream, None for lines that are none. Raises `ImportProblem`.

    `table_of` names the table of a CSV file by its columns.
    """
    if stream.name.lower().endswith(".csv"):
        yield from _of_csv(stream, table_of)
    else:
        yield from _of_dump(stream)


def _of_csv(stream: Stream, table_of: Callable[[set[str]], str]) -> Iterator[Row]:
    rows = stream.rows()
    _, header, _ = next(rows, (0, None, ""))
    columns = [name.strip() for name in header or []]
    table = table_of(set(columns))
    for number, cells, problem in rows:
        if cells is not None and len(cells) != len(columns):
            problem = f"It has {len(cells)} cells where the first line has {len(columns)}."
            cells = None
        found = None if cells is None else dict(zip(columns, cells, strict=True))
        yield Row(number, table, found, problem)


def _of_dump(stream: Stream) -> Iterator[Row | None]:
    created: dict[str, list[str]] = {}
    inserted = count(1)
    lines = stream.lines(LONGEST_DUMPED)
    for number, line, problem in lines:
        if line is None:
            yield Row(number, "", None, problem)
        elif line.startswith(OWN_FORM):
            raise ImportProblem("The dump is in pg_dump's own format: make it with --format=plain.")
        elif found := COPY.match(line):
            yield from _copied(lines, found[1], _names(found[2]))
        elif found := CREATE.match(line):
            created[found[1]] = []
            table = created[found[1]]
        elif created and (found := COLUMN.match(line)):
            table.append(found[1])
        elif found := INSERT.match(line):
            columns = _names(found[2]) if found[2] else created.get(found[1], [])
            for cells in _inserted(line, found.end(), len(columns)):
                mine = stream.number(next(inserted))
                named = None if cells is None else dict(zip(columns, cells, strict=True))
                yield Row(mine, found[1], named, NO_ROW if cells is None else "")
        else:
            yield None


def _names(listed: str) -> list[str]:
    return [name.strip(' "`') for name in listed.split(",")]


def _copied(
    lines: Iterator[tuple[int, str | None, str]], table: str, columns: list[str]
) -> Iterator[Row]:
    for number, line, problem in lines:
        if line == "\\.":
            return
        cells = line.split("\t") if line is not None else []
        if line is None or len(cells) != len(columns):
            yield Row(number, table, None, problem or NO_ROW)
        else:
            plain = ["" if each == "\\N" else _unescaped(COPIED, each) for each in cells]
            yield Row(number, table, dict(zip(columns, plain, strict=True)))


def _inserted(line: str, place: int, columns: int) -> Iterator[list[str] | None]:
    """The rows of one INSERT; None where one is not whole, which ends them."""
    while line.startswith("(", place):
        cells: list[str] = []
        place += 1
        while value := VALUE.match(line, place):
            quoted, bare, end = value.groups()
            cells.append(_unescaped(QUOTED, quoted) if quoted is not None else _bare(bare))
            place = value.end()
            if end == ")":
                break
        if len(cells) != columns:
            yield None
            return
        yield cells
        place += line.startswith(",", place)


def _bare(text: str) -> str:
    return "" if text.strip() == "NULL" else text.strip()


def _unescaped(escapes: re.Pattern[str], text: str) -> str:
    if "\\" not in text and "'" not in text:
        return text
    return escapes.sub(lambda found: _character(found[1]), text)


def _character(escaped: str | None) -> str:
    return "'" if escaped is None else ESCAPES.get(escaped, escaped)
