"""Rows out of dumps and CSV files are those that were written."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.transfer.formats.umami_files import (
    COLUMNS,
    Tables,
    as_csv,
    as_mysqldump,
    as_pg_dump,
    cells,
)
from tracking.transfer.formats.source import Stream
from tracking.transfer.formats.tables import rows_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
# A text that says NULL in COPY's words is written with its backslash doubled.
HOSTILE = st.sampled_from(["\\N", "\\.", "NULL", "'", "','", "),(", "\t", "a\nb", "\\", "", "a\\'"])
VALUES = TEXTS | HOSTILE | st.none()
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS["website"], VALUES)), max_size=5)


def read(name: str, content: bytes, table: str) -> list[list[str]]:
    rows = rows_of(Stream(name, io.BytesIO(content), 0), lambda columns: "of csv")
    return [list(row.cells.values()) for row in rows if row and row.cells and row.table == table]


def empty() -> Tables:
    return {name: [] for name in COLUMNS}


@pytest.mark.parametrize("write", [as_pg_dump, as_mysqldump], ids=["pg_dump", "mysqldump"])
@given(rows=ROWS)
def test_rows_of_a_dump_are_those_that_were_written(
    write: Callable[[Tables], bytes], rows: list[dict[str, str | None]]
):
    content = write(empty() | {"website": rows})

    expected = [[value or "" for value in cells("website", row)] for row in rows]
    assert expected == read("dump.sql", content, "website")


@given(rows=ROWS)
def test_rows_of_a_csv_file_are_those_that_were_written(rows: list[dict[str, str | None]]):
    content = as_csv(COLUMNS["website"], rows)

    expected = [[value or "" for value in cells("website", row)] for row in rows]
    assert expected == read("website.csv", content, "of csv")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("(1,'a','b'),(2,'c'", ["1", "a", "b"], id="cut"),
        pytest.param("(1,'a'),(2,'c','d');", None, id="too-short"),
    ],
)
def test_damaged_insert_ends_at_the_row_that_is_not_whole(line: str, expected: list[str] | None):
    create = "CREATE TABLE `website` (\n  `website_id` int,\n  `name` text,\n  `domain` text\n);\n"
    content = f"{create}INSERT INTO `website` VALUES {line}\n".encode()  # noqa: S608

    stream = Stream("a.sql", io.BytesIO(content), 0)
    rows = [row for row in rows_of(stream, lambda columns: "") if row]

    whole = [list(row.cells.values()) for row in rows if row.cells]
    assert (whole, [(rows[-1].number, "It is no whole row.")]) == (
        [expected] if expected else [],
        [(row.number, row.problem) for row in rows if not row.cells],
    )
