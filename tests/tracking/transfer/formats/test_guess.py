"""Whose file it is, by its name and beginning."""

import gzip
from pathlib import Path

import pytest

from tests.tracking.transfer.formats import goatcounter_files, umami_files
from tests.tracking.transfer.formats.umami_files import as_csv, as_mysqldump, as_pg_dump, as_zip
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import SAMPLE_BYTES, sample, sample_of

GOATCOUNTER = goatcounter_files.exported(goatcounter_files.Hit())
TABLES = umami_files.tables([umami_files.event()])


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
