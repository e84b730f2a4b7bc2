import gzip

import duckdb
import pytest

from tracking.transfer.errors import ImportProblem
from tracking.transfer.reading import LONGEST_LINE, blocks

MEGABYTE = 1024 * 1024
LINE = b'{"timestamp": "2026-03-10T12:00:00Z"}\n'
HEADER = b"timestamp,visitor,name,url\n"


def packed(tmp_path, data):
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(data))
    return path


def parquet(tmp_path, rows):
    path = tmp_path / "upload.parquet"
    columns = (
        "'2026-03-10' AS timestamp, 'a' AS visitor, 'pageview' AS name, repeat('a', 99) AS url"
    )
    duckdb.sql(f"SELECT {columns} FROM range({rows})").write_parquet(str(path))  # noqa: S608
    return path


def texts(path, kind, most=None):
    return "".join(block.text for block in blocks(path, kind, most))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("ndjson", LINE * 40_000),
        ("ndjson", b"a" * 2 * MEGABYTE),
        ("csv", HEADER + b"2026-03-10,a,pageview,/\n" * 60_000),
    ],
    ids=["lines", "a line without an end", "rows"],
)
def test_file_that_unpacks_to_more_than_is_taken_is_refused(tmp_path, kind, data):
    path = packed(tmp_path, data)

    with pytest.raises(ImportProblem, match="larger than 1 MB when it is unpacked"):
        texts(path, kind, most=MEGABYTE)


def test_parquet_file_of_more_than_is_taken_is_refused(tmp_path):
    path = parquet(tmp_path, rows=30_000)

    with pytest.raises(ImportProblem, match="larger than 1 MB when it is unpacked"):
        texts(path, "parquet", most=MEGABYTE)


@pytest.mark.parametrize("most", [len(LINE) * 40_000, None], ids=["just so much", "no bound"])
def test_file_that_unpacks_to_as_much_as_is_taken_is_read(tmp_path, most):
    data = LINE * 40_000

    assert data.decode() == texts(packed(tmp_path, data), "ndjson", most) + "\n"


def test_line_that_is_too_long_leaves_the_others(tmp_path):
    path = packed(tmp_path, b"a" * 3 * LONGEST_LINE + b"\n" + LINE)

    assert LINE.decode() in texts(path, "ndjson") + "\n"
