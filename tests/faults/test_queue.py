"""The queue is not there: hits are taken all the same."""

import httpx
import pytest

from tests.server import CHROME, Server, free_port

pytestmark = pytest.mark.stack


def test_without_redis_the_server_starts_and_takes_hits(tmp_path):
    with Server(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}") as server:
        server.manage("site_create", "example.com")

        hit = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}
        answer = httpx.post(f"{server.url}/api/event", json=hit, headers={"User-Agent": CHROME})

    assert (202, None) == (answer.status_code, answer.headers.get("x-footfall-dropped"))
