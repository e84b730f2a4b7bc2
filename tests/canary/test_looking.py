import base64
import gzip
import json
import sqlite3
from contextlib import closing
from ipaddress import ip_address
from urllib.parse import quote

import duckdb
import pytest

from tests.canary.looking import in_files, in_tables

SECRET = "canary+é/87:secret"
IPV4, IPV6 = "185.220.101.77", "2a0b:f4c2:1d3a:77::9c31"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (SECRET, f"a {SECRET} b".encode()),
        (SECRET, quote(SECRET, safe="").encode()),
        (SECRET, json.dumps({"x": SECRET}).encode()),
        (SECRET, base64.b64encode(SECRET.encode())),
        (SECRET, base64.b64encode(b"x" + SECRET.encode() + b"tail")),
        (SECRET, base64.urlsafe_b64encode(b"xy" + SECRET.encode())),
        (SECRET, SECRET.encode("utf-16-le")),
        (SECRET, gzip.compress(SECRET.encode(), mtime=0)),
        (IPV4, b"from 185.220.101.77:5123"),
        (IPV4, str(int(ip_address(IPV4))).encode()),
        (IPV4, b"::ffff:185.220.101.77"),
        (IPV4, ip_address(f"::ffff:{IPV4}").packed),
        (IPV6, ip_address(IPV6).packed),
        (IPV6, ip_address(IPV6).exploded.encode()),
        (IPV6, IPV6.upper().encode()),
    ],
)
def test_what_was_left_in_a_file_is_found(tmp_path, text, left):
    (tmp_path / "left").write_bytes(b"before " + left)
    (tmp_path / "other").write_bytes(b"nothing")

    unpacked = left if left[:2] == b"\x1f\x8b" else b"before " + left
    (tmp_path / "left").write_bytes(unpacked)

    assert ["left"] == in_files(tmp_path, text)


def test_what_was_left_in_a_sealed_file_is_found(tmp_path):
    path = tmp_path / "day.parquet"
    duckdb.sql(f"COPY (SELECT '{IPV4}' AS a FROM range(99)) TO '{path}' (COMPRESSION zstd)")  # noqa: S608

    assert ["day.parquet"] == in_files(tmp_path, IPV4)


def test_what_was_left_in_a_table_is_found(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.sqlite3")) as connection:
        connection.execute("CREATE TABLE t (a, b, c)")
        connection.execute("INSERT INTO t VALUES (?, ?, ?)", [SECRET, int(ip_address(IPV4)), b"x"])
        connection.commit()

    assert ({"t.a"}, {"t.b"}, set()) == (
        in_tables(tmp_path / "x.sqlite3", SECRET),
        in_tables(tmp_path / "x.sqlite3", IPV4),
        in_tables(tmp_path / "x.sqlite3", IPV6),
    )
