"""Looks for a text in everything that a server left behind, however it was spelt there."""

import gzip
import json
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing, suppress
from html import escape
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from urllib.parse import quote

import duckdb

# Fewer characters of base 64 would be found by chance.
LEAST = 10


def spellings(text: str) -> set[bytes]:
    """The text as files and tables may hold it; an address also in bytes, digits and full."""
    found = {text, quote(text, safe=""), quote(quote(text, safe="")), escape(text)}
    found |= {json.dumps(text)[1:-1], json.dumps(json.dumps(text)[1:-1])[1:-1], text.upper()}
    raw = {each.encode() for each in found} | {
        text.encode("utf-16-le"),
        text.encode().hex().encode(),
    }
    raw |= set(in_base64(text.encode()))
    with suppress(ValueError):
        address = ip_address(text)
        raw.add(address.exploded.encode())
        raw.add(str(int(address)).encode())
        raw.add(address.packed.hex().encode())
        mapped = b"\0" * 10 + b"\xff\xff" if isinstance(address, IPv4Address) else b""
        raw.add(mapped + address.packed)
    return raw


def in_base64(raw: bytes) -> Iterator[bytes]:
    """What of it is the same wherever it stands in a longer text."""
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            inner = encode(b"\0" * before + raw)[4 * bool(before) : len(raw) // 3 * 4]
            if len(inner) >= LEAST:
                yield inner


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they unpack to."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    if raw[:4] == b"PAR1":
        rows = duckdb.sql(f"SELECT to_json(t) FROM read_parquet('{path}') t").fetchall()  # noqa: S608
        yield json.dumps(rows).encode()


def in_files(folder: Path, text: str, *, except_for: tuple[str, ...] = ()) -> list[str]:
    """The files in which the text stands."""
    wanted = spellings(text)
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(except_for or ("\0",))
        if any(each in content for content in contents(path) for each in wanted)
    ]


def in_tables(database: Path, text: str) -> set[str]:
    """The columns in which the text stands, as `table.column`."""
    wanted = spellings(text)
    found = set()
    with closing(sqlite3.connect(database)) as connection:
        connection.text_factory = bytes
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (name,) in tables:
            rows = connection.execute(f'SELECT * FROM "{name.decode()}"')  # noqa: S608
            columns = [column[0] for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    if any(each in raw for each in wanted):
                        found.add(f"{name.decode()}.{column}")
    return found
