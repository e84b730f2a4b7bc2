"""The one-server shape, asked through nginx."""

import re

from tests.server import CHROME

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
