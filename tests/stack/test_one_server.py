"""The one-server shape, asked through nginx."""

import json
import re
import subprocess
import sys

from tests.server import CHROME, ROOT

HIT = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}


def test_pages_come_by_http_2_and_are_kept_to_https(client):
    answer = client.get("/sign-in")

    assert (200, "HTTP/2", "max-age=31536000; includeSubDomains") == (
        answer.status_code,
        answer.http_version,
        answer.headers["strict-transport-security"],
    )


def test_a_hit_is_accepted_by_the_application(client):
    answer = client.post("/api/event", json=HIT, headers={"User-Agent": CHROME})

    # nginx's own answer for a server that is down exposes no headers.
    assert (202, "x-footfall-dropped, x-plausible-dropped", False) == (
        answer.status_code,
        answer.headers["access-control-expose-headers"],
        "x-footfall-dropped" in answer.headers,
    )


def test_a_static_file_comes_compressed_from_nginx_and_is_kept_for_ever(client):
    address = re.search(r'/static/[^"]+\.css', client.get("/sign-in").text)
    assert address

    forms = {
        each: client.get(address[0], headers={"Accept-Encoding": each}) for each in ("br", "gzip")
    }

    assert {"br": "br", "gzip": "gzip"} == {
        each: answer.headers["content-encoding"] for each, answer in forms.items()
    }
    assert ["public, max-age=31536000, immutable"] * 2 == [
        answer.headers["cache-control"] for answer in forms.values()
    ]
    # Of a file on disk; WhiteNoise tells none.
    assert all("etag" in answer.headers for answer in forms.values())


def test_the_doctor_finds_the_way_through_nginx_in_order(stack):
    examined = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env={**stack.environment, "SSL_CERT_FILE": str(stack.certificate.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    states = {each["check"]: each["state"] for each in json.loads(examined.stdout)}
    of_the_way = ("Public address", "Proxy's clock", "Forwarded addresses", "Forwarded protocol")
    of_the_way += ("Hits", "Websockets", "Streams", "Files")
    assert dict.fromkeys(of_the_way, "ok") == {name: states[name] for name in of_the_way}


def test_the_id_that_nginx_gives_a_request_is_answered_and_logged(stack, client):
    claimed = "0123456789abcdef0123456789abcdef"

    given = client.get("/sign-in", headers={"X-Request-ID": claimed}).headers["x-request-id"]

    assert (False, True) == (given == claimed, given in stack.log("pages"))
