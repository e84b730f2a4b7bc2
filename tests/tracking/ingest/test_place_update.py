"""Bringing a newer file of places."""

import gzip
import io
import tarfile
from datetime import date

import pytest

from tests.tracking.ingest.file_server import file_server
from tests.tracking.ingest.mmdb import city_file
from tracking.ingest.place_update import (
    NotThereError,
    PlaceUpdateError,
    db_ip_urls,
    update,
)


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        readme = tarfile.TarInfo("GeoLite2-City_20260101/README.txt")
        archive.addfile(readme)
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def left_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(city_file(), id="mmdb"),
        pytest.param(gzip.compress(city_file()), id="gzip"),
        pytest.param(tarred("GeoLite2-City_20260101/GeoLite2-City.mmdb", city_file()), id="tar.gz"),
    ],
)
def test_download_is_unpacked_by_its_content_and_put_in_place(tmp_path, body):
    target = tmp_path / "new" / "city.mmdb"
    with file_server({"/file": body}) as server:
        update(f"{server.url}/file", target)

    assert city_file() == target.read_bytes()
    assert ["city.mmdb"] == left_in(target.parent)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(b"<html>no</html>", "What was downloaded is no MMDB file", id="html"),
        pytest.param(b"", "What was downloaded is no MMDB file", id="empty"),
        pytest.param(
            city_file(database_type="GeoLite2-ASN"), "of type GeoLite2-ASN", id="other-kind"
        ),
        pytest.param(gzip.compress(city_file())[:-9], "archive is damaged", id="cut-gzip"),
        pytest.param(tarred("a/readme", b"x"), "holds no .mmdb file", id="empty-tar"),
        pytest.param(b"x" * 5000, "larger than 4,000 bytes", id="too-large"),
        pytest.param(gzip.compress(b"x" * 5000), "larger than 4,000 bytes", id="bomb"),
    ],
)
def test_unfit_download_leaves_the_old_file(tmp_path, body, sentence):
    target = tmp_path / "city.mmdb"
    target.write_bytes(b"old")
    with file_server({"/file": body}) as server, pytest.raises(PlaceUpdateError, match=sentence):
        update(f"{server.url}/file", target, max_bytes=4000)

    assert b"old" == target.read_bytes()
    assert ["city.mmdb"] == left_in(tmp_path)


def test_download_that_breaks_off_is_refused(tmp_path):
    with file_server({"/file": city_file()}) as server:
        server.missing_bytes = 1
        with pytest.raises(PlaceUpdateError, match="broke off"):
            update(f"{server.url}/file", tmp_path / "city.mmdb")


def test_missing_file_is_told_apart(tmp_path):
    with file_server() as server, pytest.raises(NotThereError, match="404"):
        update(f"{server.url}/file", tmp_path / "city.mmdb")


def test_server_that_does_not_answer_is_named(tmp_path):
    with file_server() as server:
        gone = f"{server.url}/file"

    with pytest.raises(PlaceUpdateError, match=f"{gone} could not be reached"):
        update(gone, tmp_path / "city.mmdb")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/", "", "http://[::1/a"])
def test_address_of_another_kind_is_refused(tmp_path, url):
    with pytest.raises(PlaceUpdateError, match="is no address"):
        update(url, tmp_path / "city.mmdb")


def test_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(PlaceUpdateError, match="could not be kept"):
        update("http://127.0.0.1:9/", tmp_path / "file" / "city.mmdb")


def test_headers_do_not_follow_a_redirect(tmp_path):
    with file_server({"/stored": city_file()}) as other, file_server() as server:
        server.redirects["/file"] = f"{other.url}/stored"
        update(f"{server.url}/file", tmp_path / "city.mmdb", {"Authorization": "Basic x"})

    assert ([("/file", "Basic x")], [("/stored", None)]) == (server.asked, other.asked)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 11, 21), ["2026-11", "2026-10"]),
        (date(2026, 1, 1), ["2026-01", "2025-12"]),
        (date(2026, 3, 31), ["2026-03", "2026-02"]),
    ],
)
def test_db_ip_has_a_file_for_each_month(today, months):
    assert [
        f"https://download.db-ip.com/free/dbip-city-lite-{month}.mmdb.gz" for month in months
    ] == db_ip_urls(today)
