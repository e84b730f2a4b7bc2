"""The beginning of a file, by which its format is guessed."""

import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# So much of a file is looked at.
SAMPLE_BYTES = 64 * 1024
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
# APPNOTE.TXT 4.3.7: method, and at the end the lengths of name and extra field.
ZIP_HEADER = struct.Struct("<4sHHHHHIIIHH")
STORED, DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Sample:
    """`name` is the file's, in small letters and without .gz; `start` is of what is unpacked.

    Of a zip file `member` is the path of the first file in it, in small letters, and `start` is of
    that; of others it is blank.
    """

    name: str
    start: bytes
    member: str = ""

    @property
    def first_line(self) -> str:
        """As text, without a mark of byte order."""
        line = self.start.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
        return line.decode(errors="replace").rstrip("\r")


def sample(name: str, head: bytes) -> Sample:
    """Of the name and the first bytes of a file."""
    plain = name.lower().removesuffix(".gz")
    if head.startswith(GZIP):
        return Sample(plain, _inflated(head, zlib.MAX_WBITS | 16))
    if head.startswith(ZIP):
        return _of_zip(plain, head)
    return Sample(plain, head)


def sample_of(path: Path, name: str = "") -> Sample:
    """Of a file that is there, called so. Raises OSError."""
    with path.open("rb") as file:
        return sample(name or path.name, file.read(SAMPLE_BYTES))


def _of_zip(name: str, head: bytes) -> Sample:
    """Of the first file in it; folders have entries of their own, which stand before."""
    if len(head) < ZIP_HEADER.size or not head.startswith(ZIP):
        return Sample(name, b"")
    fields = ZIP_HEADER.unpack_from(head)
    method, packed, size, extra = fields[3], fields[7], fields[9], fields[10]
    member = head[ZIP_HEADER.size :][:size].decode(errors="replace").lower()
    data = head[ZIP_HEADER.size + size + extra :]
    if member.endswith("/"):
        return _of_zip(name, data[packed:])
    if method == DEFLATED:
        data = _inflated(data, -zlib.MAX_WBITS)
    start = data if method in (STORED, DEFLATED) else b""
    if start.startswith(GZIP):
        start = _inflated(start, zlib.MAX_WBITS | 16)
    return Sample(name, start, member)


def _inflated(data: bytes, bits: int) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj(bits).decompress(data, SAMPLE_BYTES)
    return b""
