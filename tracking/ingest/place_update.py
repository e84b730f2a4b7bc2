"""Bringing a newer file of places."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import maxminddb

TIMEOUT_SECONDS = 60
MAX_BYTES = 1_000_000_000
_CHUNK = 1 << 20

DB_IP_URL = "https://download.db-ip.com/free/dbip-city-lite-{:%Y-%m}.mmdb.gz"
MAXMIND_URL = "https://download.maxmind.com/geoip/databases/GeoLite2-City/download?suffix=tar.gz"


class Source(Protocol):
    """What can be read in pieces: an answer, an archive's member, an unpacker."""

    def read(self, size: int, /) -> bytes: ...


class PlaceUpdateError(Exception):
    """No new file was put in place; the message is a sentence for the operator."""


class NotThereError(PlaceUpdateError):
    """The server has no such file (404)."""


def db_ip_urls(today: date) -> list[str]:
    """DB-IP's free city file of this month and of the last: it comes out during the first days."""
    last_month = today.replace(day=1) - timedelta(days=1)
    return [DB_IP_URL.format(today), DB_IP_URL.format(last_month)]


def update(
    url: str,
    target: Path,
    headers: Mapping[str, str] | None = None,
    *,
    max_bytes: int = MAX_BYTES,
) -> None:
    """Download a city file, check it, and rename it to ``target``.

    ``url`` serves an MMDB file, plain, gzipped or as the one .mmdb in a tar.gz. ``headers``
    are sent to the server named there alone. ``max_bytes`` bounds both what is downloaded
    and what it unpacks to. Raises PlaceUpdateError.
    """
    if not url.startswith(("https://", "http://")):
        raise PlaceUpdateError(f"{url} is no address that starts with https:// or http://.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".geoip-") as folder:
            downloaded, unpacked = Path(folder, "download"), Path(folder, "city.mmdb")
            _download(url, downloaded, headers or {}, max_bytes)
            _unpack(downloaded, unpacked, max_bytes)
            _check(unpacked)
            unpacked.replace(target)
    except OSError as error:
        raise PlaceUpdateError(
            f"The file could not be kept in {target.parent}: {error}."
        ) from error


def _download(url: str, to: Path, headers: Mapping[str, str], max_bytes: int) -> None:
    try:
        request = Request(url)
    except ValueError as error:
        raise PlaceUpdateError(f"{url} is no address: {error}.") from error
    for name, value in headers.items():
        # Not repeated to the server that a redirect leads to, which may be another.
        request.add_unredirected_header(name, value)
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer, to.open("wb") as file:
            received = _copy(answer, file, max_bytes)
            promised = answer.headers.get("Content-Length")
    except HTTPError as error:
        kind = NotThereError if error.code == 404 else PlaceUpdateError
        raise kind(f"The server answered {error.code} {error.reason} for {url}.") from error
    except URLError as error:
        raise PlaceUpdateError(f"{url} could not be reached: {error.reason}.") from error
    except (OSError, HTTPException) as error:
        raise PlaceUpdateError(f"The download of {url} broke off: {error}.") from error
    if promised is not None and promised != str(received):
        raise PlaceUpdateError(
            f"The download of {url} broke off after {received} of {promised} bytes."
        )


def _unpack(packed: Path, to: Path, max_bytes: int) -> None:
    try:
        if tarfile.is_tarfile(packed):
            _unpack_tar(packed, to, max_bytes)
        elif _is_gzip(packed):
            with gzip.open(packed) as source, to.open("wb") as file:
                _copy(source, file, max_bytes)
        else:
            shutil.copyfile(packed, to)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PlaceUpdateError(f"The downloaded archive is damaged: {error}.") from error


def _unpack_tar(packed: Path, to: Path, max_bytes: int) -> None:
    with tarfile.open(packed) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".mmdb"):
                source = archive.extractfile(member)
                if source is not None:
                    with source, to.open("wb") as file:
                        _copy(source, file, max_bytes)
                    return
    raise PlaceUpdateError("The downloaded archive holds no .mmdb file.")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _copy(source: Source, file: BinaryIO, max_bytes: int) -> int:
    """Copy all there is and return its size in bytes."""
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise PlaceUpdateError(f"The file is larger than {max_bytes:,} bytes.")
        file.write(chunk)
    return size


def _check(path: Path) -> None:
    try:
        with maxminddb.open_database(path) as reader:
            kind = reader.metadata().database_type
            reader.get("8.8.8.8")
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise PlaceUpdateError(f"What was downloaded is no MMDB file: {error}.") from error
    if "City" not in kind:
        raise PlaceUpdateError(f"The file is of type {kind}; one of cities is needed.")
