"""An address that sent a hit is nowhere afterwards."""

import ipaddress
import time

import httpx
import pytest

from tests.faults.stored import drained
from tests.prepared import prepared
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

V4 = "91.13.77.201"
V6 = "2003:e1:4f0a:91c3:5d2e:77ab:19f0:3c11"


def forms(address: str) -> list[bytes]:
    """The ways an address could be written: as text, as bytes, as a number."""
    parsed = ipaddress.ip_address(address)
    return [
        address.encode(),
        parsed.exploded.encode(),
        parsed.packed,
        parsed.packed[::-1],
        str(int(parsed)).encode(),
        parsed.packed.hex().encode(),
    ]


def test_an_address_is_in_no_file_and_no_output(tmp_path):
    logging = {"FOOTFALL_LOG_LEVEL": "DEBUG", "FOOTFALL_ERROR_LOG": str(tmp_path / "errors.log")}
    with prepared(Server(tmp_path, **logging)) as server:
        with httpx.Client(base_url=server.url, headers={"User-Agent": CHROME}) as client:
            for address in (V4, V6):
                client.headers["X-Forwarded-For"] = address
                hit = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}
                assert client.post("/api/event", json=hit).is_success
                assert (
                    202
                    == client.post("/api/event", json=hit | {"d": "unknown.example"}).status_code
                )
                assert 400 == client.post("/api/event", content=b"{").status_code
                beat = {"d": "example.com", "u": hit["u"], "t": "tab", "i": 1, "s": "active"}
                assert "60" == client.post("/api/event/here", json=beat).text
                assert 400 == client.post("/api/event/here", content=b"{").status_code
                assert client.get("/image/example.com.gif").is_success
                assert client.get("/visit/example.com/visited?event=Signup").is_success
                assert 404 == client.get("/no-such-page").status_code
                assert 200 == client.get("/sign-in").status_code
                assert 403 == client.post("/sign-in", data={"login": "x"}).status_code
        time.sleep(1.5)  # the counts of refused hits are written each second
        assert 3 * 2 == len(drained(server.environment).events)

    found = [
        f"{form!r} in {path.name}"
        for path in tmp_path.rglob("*")
        if path.is_file() and "static" not in path.relative_to(tmp_path).parts
        for form in (*forms(V4), *forms(V6))
        if form in path.read_bytes()
    ]
    assert [] == found
