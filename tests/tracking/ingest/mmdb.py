"""A smallest city file in MaxMind's MMDB format, in which every IPv4 address is in one place.

Format: https://maxmind.github.io/MaxMind-DB/
"""

from typing import Any, NamedTuple


class Unsigned(NamedTuple):
    number: int
    bits: int


PARIS = {
    "city": {"names": {"en": "Paris"}},
    "country": {"iso_code": "FR"},
    "subdivisions": [{"names": {"en": "Ile-de-France"}}],
}


def city_file(record: Any = PARIS, database_type: str = "GeoLite2-City") -> bytes:
    """The bytes of a file with one node, both of whose branches lead to ``record``."""
    nodes = 1
    pointer = (nodes + 16).to_bytes(3, "big")
    metadata = {
        "node_count": Unsigned(nodes, 32),
        "record_size": Unsigned(24, 16),
        "ip_version": Unsigned(4, 16),
        "database_type": database_type,
        "languages": ["en"],
        "binary_format_major_version": Unsigned(2, 16),
        "binary_format_minor_version": Unsigned(0, 16),
        "build_epoch": Unsigned(1_700_000_000, 64),
        "description": {"en": "test"},
    }
    return (
        pointer * 2 + bytes(16) + _encoded(record) + b"\xab\xcd\xefMaxMind.com" + _encoded(metadata)
    )


def _encoded(value: Any) -> bytes:
    match value:
        case str():
            data = value.encode()
            return _control(2, len(data)) + data
        case Unsigned(number, bits):
            data = number.to_bytes((number.bit_length() + 7) // 8, "big")
            return _control({16: 5, 32: 6, 64: 9}[bits], len(data)) + data
        case dict():
            pairs = b"".join(_encoded(key) + _encoded(item) for key, item in value.items())
            return _control(7, len(value)) + pairs
        case list():
            return _control(11, len(value)) + b"".join(map(_encoded, value))
    raise TypeError(type(value))


def _control(kind: int, size: int) -> bytes:
    """The type of a field and its size: a kind above 7 is written into a byte of its own."""
    first, extended = (kind << 5, b"") if kind <= 7 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + extended
    return bytes([first | 29]) + extended + bytes([size - 29])
