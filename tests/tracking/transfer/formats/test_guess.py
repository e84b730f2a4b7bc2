"""Whose file it is, by its name and beginning."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from tests.tracking.transfer.access_logs.lines import combined
from tests.tracking.transfer.formats import goatcounter_files, umami_files
from tests.tracking.transfer.formats.umami_files import (
    as_csv,
    as_mysqldump,
    as_pg_dump,
    as_totals,
    as_zip,
)
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import SAMPLE_BYTES, sample, sample_of

GOATCOUNTER = goatcounter_files.exported(goatcounter_files.Hit())
TABLES = umami_files.tables([umami_files.event()])
LOG = f"{combined()}\n{combined('/about')}\n".encode()


def zipped(content: bytes, name: str = "access.log.1") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return packed.getvalue()


def in_folder(packed: bytes, how: int = zipfile.ZIP_STORED) -> bytes:
    """The zip file behind the entry of a folder, as zip -r writes it."""
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w", how) as file:
        file.writestr("export/", b"")
    return folder.getvalue().partition(b"PK\x01\x02")[0] + packed


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.csv", GOATCOUNTER, "goatcounter", id="goatcounter"),
        pytest.param("a.csv.gz", gzip.compress(GOATCOUNTER), "goatcounter", id="gzip"),
        pytest.param("A.CSV", b"\xef\xbb\xbf" + GOATCOUNTER, "goatcounter", id="mark"),
        pytest.param("x.zip", as_zip(TABLES), "umami", id="umami-zip"),
        pytest.param("website_event.csv", as_csv(umami_files.EVENT, []), "umami", id="umami-csv"),
        pytest.param("dump.sql", as_pg_dump(TABLES), "umami", id="pg_dump"),
        pytest.param("dump.sql.gz", gzip.compress(as_mysqldump(TABLES)), "umami", id="mysqldump"),
        pytest.param("x.zip", in_folder(as_zip(TABLES)), "umami", id="zip-of-a-folder"),
        pytest.param(
            "x.zip",
            in_folder(zipped(LOG), zipfile.ZIP_DEFLATED),
            "access-log",
            id="zip-of-a-packed-folder",
        ),
        pytest.param("x.zip", zipped(LOG), "access-log", id="zip-of-a-log"),
        pytest.param("x.zip", zipped(gzip.compress(LOG)), "access-log", id="zip-of-packed-logs"),
        pytest.param("x.zip", as_totals(), "umami", id="umami-totals"),
        pytest.param("x.dump", b"PGDMP\x01\x0e", "umami", id="custom-dump"),
        pytest.param("a.json", b'{"result":"error","message":"No"}', "matomo", id="matomo-error"),
        pytest.param("a.zip", in_folder(b""), None, id="zip-of-an-empty-folder"),
        pytest.param("a.zip", zipped(b"x,y\n", "other.csv"), None, id="other-zip"),
        pytest.param("a.csv", b"timestamp,visitor,name,url\n", None, id="raw-events"),
        pytest.param("a.gz", b"\x1f\x8bdamaged", None, id="damaged-gzip"),
        pytest.param("a.zip", b"PK\x03\x04damaged", None, id="damaged-zip"),
        pytest.param("a.csv", b"", None, id="empty"),
    ],
)
def test_format_is_recognised(name: str, content: bytes, expected: str | None):
    found = guess(sample(name, content[:SAMPLE_BYTES]))

    assert expected == (found.name if found else None)


def test_file_that_is_there_is_looked_at_by_another_name(tmp_path: Path):
    path = tmp_path / "upload-7"
    path.write_bytes(gzip.compress(GOATCOUNTER))

    assert "export.csv" == sample_of(path, "Export.csv.gz").name
