"""The queue is not there: hits are taken all the same."""

import httpx
import pytest

from tests.prepared import prepared
from tests.server import CHROME, Server, free_port

pytestmark = pytest.mark.stack


def test_without_redis_the_server_starts_and_takes_hits(tmp_path):
    nobody = f"redis://127.0.0.1:{free_port()}"
    with prepared(Server(tmp_path, REDIS_URL=nobody)) as server:
        hit = {"n": "pageview", "d": "example.com", "u": "https://example.com/"}
        answer = httpx.post(f"{server.url}/api/event", json=hit, headers={"User-Agent": CHROME})

    assert (202, None) == (answer.status_code, answer.headers.get("x-footfall-dropped"))
