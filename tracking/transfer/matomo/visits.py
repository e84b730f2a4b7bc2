"""The visits of an answer of Matomo's API, one at a time, from each form that it writes.

The forms are those of core/DataTable/Renderer in matomo-org/matomo: JSON, an array of objects; XML,
`row` elements in `result`; CSV and TSV, a visit a line with its actions in columns such as
`actionDetails_0_type`. Values are texts, numbers, lists and dictionaries.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from tracking.transfer.errors import ImportProblem

Visit = dict[str, Any]

CHUNK = 256 * 1024
# Those with thousands of actions are smaller.
LARGEST_VISIT = 16 * 1024 * 1024
NO_EXPORT = "The file has no visits of Matomo's Live.getLastVisitsDetails, or it is damaged or cut."
ERROR = "Matomo answered with an error in the place of visits. Look into the file, and ask anew."
DEEPEST = 12
BETWEEN = re.compile(r"[\s,\[\]]*")
# 256 columns an action, and as many actions as anybody has.
LONGEST_CELL = 1024 * 1024
ACTION = re.compile(r"actionDetails_(\d{1,5})_(.+)")
VARIABLE = re.compile(r"customVariables_(\d{1,5})_(.+)")


def visits(file: IO[bytes]) -> Iterator[Visit]:
    """The visits of a file. Raises `ImportProblem` for one that has none of the forms."""
    start = file.peek(64)[:64] if isinstance(file, io.BufferedReader) else b""
    plain = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if plain.startswith((b"[", b"{")):
        yield from _of_json(file)
    elif plain.startswith(b"<"):
        yield from _of_xml(file)
    elif plain:
        is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        yield from _of_csv(file, "utf-16" if is_wide else "utf-8-sig")


def _of_json(file: IO[bytes]) -> Iterator[Visit]:
    """Also of arrays one behind the other, as pages that were put into one file."""
    text = codecs.getreader("utf-8-sig")(file)
    decode = json.JSONDecoder().raw_decode
    buffer, size = "", CHUNK
    while True:
        try:
            chunk = text.read(size)
        except UnicodeDecodeError:
            raise ImportProblem(NO_EXPORT) from None
        buffer += chunk
        position = 0
        while True:
            position = BETWEEN.match(buffer, position).end()  # type: ignore[union-attr]
            if position == len(buffer):
                break
            try:
                visit, position = decode(buffer, position)
            except (ValueError, RecursionError):
                break
            yield _checked(visit)
        buffer = buffer[position:]
        if not chunk:
            break
        if len(buffer) > LARGEST_VISIT:
            raise ImportProblem(NO_EXPORT)
        # What is read twice stays less than what is read.
        size = max(CHUNK, len(buffer))
    if buffer:
        raise ImportProblem(NO_EXPORT)


def _checked(visit: Any) -> Visit:
    if isinstance(visit, dict) and visit.get("result") == "error":
        raise ImportProblem(ERROR)
    if not isinstance(visit, dict) or "idVisit" not in visit:
        raise ImportProblem(NO_EXPORT)
    return visit


def _of_xml(file: IO[bytes]) -> Iterator[Visit]:
    rows = _Rows()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = rows.begin
    parser.EndElementHandler = rows.end
    parser.CharacterDataHandler = rows.text
    # Nothing that Matomo writes has a document type, and those that define entities can explode.
    parser.StartDoctypeDeclHandler = rows.refuse
    try:
        while data := file.read(CHUNK):
            parser.Parse(data, False)
            yield from rows.taken()
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise ImportProblem(NO_EXPORT) from None
    yield from rows.taken()


class _Rows:
    """Makes visits of elements: one with rows is a list, one with others a dictionary."""

    def __init__(self) -> None:
        self.open: list[tuple[str, list[tuple[str, Any]]]] = []
        self.texts: list[str] = []
        self.found: list[Visit] = []
        self.size = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) == 1 and name == "error":
            raise ImportProblem(ERROR)
        if len(self.open) >= DEEPEST or (not self.open and name != "result"):
            raise ImportProblem(NO_EXPORT)
        self.open.append((name, []))
        self.texts = []

    def text(self, text: str) -> None:
        self.texts.append(text)
        self.size += len(text)
        if self.size > LARGEST_VISIT:
            raise ImportProblem(NO_EXPORT)

    def end(self, name: str) -> None:
        _, children = self.open.pop()
        value: Any = "".join(self.texts).strip()
        if any(child == "row" for child, _ in children):
            value = [each for _, each in children]
        elif children:
            value = dict(children)
        self.texts = []
        if len(self.open) == 1:
            self.found.append(_checked(value))
            self.size = 0
        elif self.open:
            self.open[-1][1].append((name, value))

    def refuse(self, *_: object) -> None:
        raise ImportProblem(NO_EXPORT)

    def taken(self) -> list[Visit]:
        found, self.found = self.found, []
        return found


def _of_csv(file: IO[bytes], encoding: str) -> Iterator[Visit]:
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        header = text.readline(LARGEST_VISIT)
        separator = "\t" if "\t" in header else ","
        names = next(csv.reader([header], delimiter=separator), [])
        if "idVisit" not in names:
            raise ImportProblem(NO_EXPORT)
        for cells in csv.reader(text, delimiter=separator):
            if cells:
                yield _unfolded(dict(zip(names, cells, strict=False)))
    except (UnicodeDecodeError, csv.Error):
        raise ImportProblem(NO_EXPORT) from None


def _unfolded(row: dict[str, str]) -> Visit:
    """A row as the other forms have it. Cells that are blank stand for what is not there."""
    visit: Visit = {}
    actions: dict[int, dict[str, str]] = {}
    variables: dict[int, dict[str, str]] = {}
    for name, cell in row.items():
        if not cell:
            continue
        value = _unquoted(cell)
        if match := ACTION.fullmatch(name):
            actions.setdefault(int(match[1]), {})[match[2]] = value
        elif match := VARIABLE.fullmatch(name):
            variables.setdefault(int(match[1]), {})[match[2]] = value
        else:
            visit[name] = value
    visit["actionDetails"] = [actions[number] for number in sorted(actions)]
    visit["customVariables"] = list(variables.values())
    return visit


def _unquoted(cell: str) -> str:
    """Without the quote that keeps spreadsheets from taking a value for a formula."""
    return cell[1:] if cell[0] == "'" and cell[1:2] in tuple("=+-@") else cell
