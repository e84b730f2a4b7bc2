"""Files of an import as streams: packed, several, damaged."""

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from tracking.models import Site
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.source import UNREADABLE, Source
from tracking.transfer.reading import NOT_TEXT, TOO_LONG, Room


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def source(tmp_path: Path, *contents: bytes, most: int | None = None) -> Source:
    paths = [tmp_path / f"file-{n}" for n in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    site = Site(domain="a.example")
    return Source(site, paths, [path.name for path in paths], tmp_path, room=Room(most))


def lines(files: Source) -> list[tuple[tuple[str, int], str | None]]:
    return [
        (files.label(number), text)
        for stream in files.streams()
        for number, text, _ in stream.lines()
    ]


def test_lines_of_all_files_are_named_by_file_and_number(tmp_path: Path):
    files = source(
        tmp_path, b"a\nb\n", gzip.compress(b"c\r\n"), zipped(d=b"d", e=gzip.compress(b"e\n"))
    )

    assert [
        (("file-0", 1), "a"),
        (("file-0", 2), "b"),
        (("file-1", 1), "c"),
        (("d", 1), "d"),
        (("e", 1), "e"),
    ] == lines(files)
    assert files.done == files.size


def test_passes_share_the_way(tmp_path: Path):
    files = source(tmp_path, b"a\n" * 10)
    files.passes = 2

    done = [(len(lines(files)), files.done) for _ in range(2)]

    assert [(10, files.size // 2), (10, files.size)] == done


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"x" * 3_000_000, id="field"),
        pytest.param(b'"' + b"x" * 3_000_000 + b'",1', id="quoted"),
        pytest.param(b'1,"' + b"x\n" * 70_000, id="quotes-not-closed"),
    ],
)
def test_enormous_row_is_refused_and_not_held(tmp_path: Path, line: bytes):
    files = source(tmp_path, b"\xef\xbb\xbfa,b\n" + line + b"\n1,\xc3\xa4\n")
    tracemalloc.start()

    found = [row for stream in files.streams() for row in stream.rows()]

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [["a", "b"], ["1", "ä"]] == [cells for _, cells, _ in found if cells and len(cells) == 2]
    assert (UNREADABLE, True) == (found[1][2], most < 8 << 20)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"\xff", NOT_TEXT, id="no-text"),
        pytest.param(b"x" * 3_000_000, TOO_LONG, id="enormous"),
    ],
)
def test_line_that_cannot_be_read_leaves_the_others(tmp_path: Path, content: bytes, problem: str):
    files = source(tmp_path, b"a\n" + content + b"\nb\n")

    found = [row for stream in files.streams() for row in stream.lines()]

    assert [(1, "a", ""), (2, None, problem), (3, "b", "")] == found


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(b"x" * 999)[:-9], id="gzip"),
        pytest.param(zipped(a=b"x" * 999)[:60], id="zip"),
        pytest.param(zipped(a=gzip.compress(b"x" * 99)[:-9]), id="gzip-in-zip"),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, content: bytes):
    with pytest.raises(ImportProblem, match="damaged or cut"):
        lines(source(tmp_path, content))


def test_zip_file_that_unpacks_to_more_than_is_taken_is_refused(tmp_path: Path):
    with pytest.raises(ImportProblem, match="larger than 1 MB when it is unpacked"):
        lines(source(tmp_path, zipped(a=b"x\n" * 999_999), most=1024 * 1024))
