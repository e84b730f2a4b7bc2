"""Files of exchange rates: on the disk or at an address, as CSV or packed into a zip file."""

import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tracking.outgoing import MEGABYTE, OutgoingError, get
from tracking.rates import RatesError

# What the European Central Bank publishes each working day at about 16:00 in Frankfurt.
DAILY = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref.zip"
# All days since 1999 are 2 MB.
MOST_BYTES = 16 * MEGABYTE
SECONDS = 60.0
ZIP = b"PK\x03\x04"


def read_lines(where: str) -> Iterator[str]:
    """The lines of the file at an https address or a path; `-` is standard input.

    Raises `RatesError` for one that is too large, cannot be reached, or is none.
    """
    content = _content(where)
    plain = _unpacked(content) if content.startswith(ZIP) else content
    try:
        return iter(plain.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError:
        raise RatesError("The file is no text.") from None


def _content(where: str) -> bytes:
    if "://" in where:
        return _fetched(where)
    try:
        if where == "-":
            return _bounded(sys.stdin.buffer.read(MOST_BYTES + 1))
        with Path(where).open("rb") as file:
            return _bounded(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise RatesError(f"The file cannot be read: {error.strerror}.") from None


def _fetched(url: str) -> bytes:
    if not url.startswith("https://"):
        raise RatesError("Rates are only fetched from an address that begins with https://.")
    try:
        return get(url, MOST_BYTES, SECONDS)
    except OutgoingError as error:
        raise RatesError(f"{url} cannot be read. {error}") from None


def _unpacked(content: bytes) -> bytes:
    """The first CSV file in a zip file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith(".csv")]
            if not names:
                raise RatesError("There is no CSV file in the zip file.")
            with packed.open(names[0]) as file:
                return _bounded(file.read(MOST_BYTES + 1))
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError):
        raise RatesError("The zip file is damaged, or packed in a rare way.") from None


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise RatesError(f"The file is larger than {MOST_BYTES // MEGABYTE} MB.")
    return content
