"""nginx keeps hits while the server is down, and they are counted later, each once."""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.load import DOMAIN, load
from tests.faults.oracle import outcome
from tests.faults.stored import drained
from tests.prepared import prepared
from tests.server import CHROME, Server, free_port
from tests.stack.nginx import Nginx

pytestmark = pytest.mark.stack

HIT = {"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}/"}


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Nginx]:
    """nginx in front of a server that is down."""
    with Nginx(tmp_path, [free_port()]) as nginx:
        yield nginx


def lines(nginx: Nginx) -> list[dict]:
    complete = nginx.hits.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in complete]


def wait_for_lines(nginx: Nginx, count: int) -> list[dict]:
    """nginx writes a line after it has answered."""
    deadline = time.monotonic() + 5
    while len(lines(nginx)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return lines(nginx)


def test_a_hit_is_answered_and_written_without_its_address(alone):
    answer = httpx.post(
        f"{alone.url}/api/event?a=b",
        content=json.dumps(HIT),
        headers={
            "User-Agent": CHROME,
            "Content-Type": "text/plain",
            "Referer": "https://example.com/x",
            "Accept-Language": "de",
            "DNT": "1",
            "Sec-GPC": "1",
            "X-Forwarded-For": "91.0.0.9",
            "Cookie": "private=1",
        },
    )

    [line] = wait_for_lines(alone, 1)
    assert (202, "ok", "*") == (
        answer.status_code,
        answer.text,
        answer.headers["access-control-allow-origin"],
    )
    assert 0 <= time.time() - line.pop("time") < 60
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("id"))
    assert {
        "method": "POST",
        "uri": "/api/event?a=b",
        "host": "127.0.0.1",
        "content_type": "text/plain",
        "referer": "https://example.com/x",
        "user_agent": CHROME,
        "language": "de",
        "dnt": "1",
        "gpc": "1",
        "body": json.dumps(HIT),
    } == line


def test_a_hit_is_written_under_the_id_that_its_server_saw_before_it_died(tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Nginx(tmp_path, [server.getsockname()[1]]) as nginx,
        ThreadPoolExecutor(1) as sender,
    ):
        answer = sender.submit(httpx.post, f"{nginx.url}/api/event", json=HIT)
        seen = []
        # nginx asks once more who has died before it answered.
        for _ in range(2):
            connection, _ = server.accept()
            with connection:
                seen.append(connection.recv(65536).decode())
        status = answer.result().status_code
        [line] = wait_for_lines(nginx, 1)

    assert 202 == status
    assert [True, True] == [f"X-Request-ID: {line['id']}\r\n" in request for request in seen]


def test_no_log_of_nginx_names_the_sender(alone):
    httpx.post(f"{alone.url}/api/event", json=HIT, headers={"X-Forwarded-For": "91.0.0.9"})
    wait_for_lines(alone, 1)

    said = alone.errors.read_text() + (alone.folder / "start.log").read_text()
    assert [] == re.findall(r"client: |91\.0\.0\.9", said + alone.hits.read_text())


@pytest.mark.parametrize(
    ("path", "size"),
    [
        pytest.param("/api/event", 16 * 1024, id="one-hit"),
        pytest.param("/api/send", 16 * 1024, id="umami"),
        pytest.param("/api/batch", 1024 * 1024, id="umami-batch"),
        pytest.param("/api/v0/count", 1024 * 1024, id="goatcounter"),
        pytest.param("/matomo.php", 1024 * 1024, id="matomo"),
    ],
)
@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_the_largest_body_is_written_whole(alone, path, size, chunked):
    text = 'quote " backslash \\ tab \t line \n umlaut ü smile 😀 '
    body = (text * (size // len(text.encode()))).encode().ljust(size, b".")
    parts = (body[start : start + 9000] for start in range(0, size, 9000))

    answer = httpx.post(f"{alone.url}{path}", content=parts if chunked else body)

    [line] = wait_for_lines(alone, 1)
    assert (202, body.decode()) == (answer.status_code, line["body"])


def test_a_body_that_nginx_cannot_write_is_to_be_sent_again(alone):
    answer = httpx.post(f"{alone.url}/api/event", content=(b"x" for _ in range(16 * 1024)))

    assert (503, "2", "") == (
        answer.status_code,
        answer.headers["retry-after"],
        alone.hits.read_text(),
    )


def test_a_body_over_the_limit_is_refused(alone):
    answer = httpx.post(f"{alone.url}/api/event", content=b"x" * (16 * 1024 + 1))

    assert (413, []) == (answer.status_code, lines(alone))


@pytest.mark.parametrize(
    "path",
    [
        "/image/example.com.gif",
        "/count?p=/",
        "/count/example.com?p=/",
        "/matomo.php?idsite=1&rec=1",
        "/piwik.php",
    ],
)
def test_who_asks_for_an_image_gets_one(alone, path):
    answer = httpx.get(f"{alone.url}{path}")

    [line] = wait_for_lines(alone, 1)
    assert (200, "image/gif", 43, path) == (
        answer.status_code,
        answer.headers["content-type"],
        len(answer.content),
        line["uri"],
    )


def test_a_hit_posted_to_an_image_address_is_written_too(alone):
    answer = httpx.post(f"{alone.url}/count", content="p=/")

    [line] = wait_for_lines(alone, 1)
    assert (202, "p=/") == (answer.status_code, line["body"])


@pytest.mark.parametrize(
    "keyed",
    [
        pytest.param({"headers": {"Authorization": "Bearer secret"}}, id="header"),
        pytest.param({"params": {"token_auth": "secret"}}, id="query"),
        pytest.param({"json": {"requests": [], "token_auth": "secret"}}, id="body"),
    ],
)
def test_a_key_is_not_written_and_its_sender_told_to_send_again(alone, keyed):
    answer = httpx.post(f"{alone.url}/matomo.php", **keyed)

    assert (503, "2", "") == (
        answer.status_code,
        answer.headers["retry-after"],
        alone.hits.read_text(),
    )


def test_a_preflight_is_answered_and_not_written(alone):
    answer = httpx.options(f"{alone.url}/api/send")

    assert (204, "content-type, authorization, x-umami-cache", []) == (
        answer.status_code,
        answer.headers["access-control-allow-headers"],
        lines(alone),
    )


def test_hits_answered_while_the_server_is_killed_and_started_are_events_once(tmp_path):
    (tmp_path / "nginx").mkdir()
    server = prepared(Server(tmp_path / "server"))
    with server, Nginx(tmp_path / "nginx", [server.port]) as nginx:
        with load(nginx.url, rate=200) as running:
            for _ in range(2):
                time.sleep(0.7)
                server.kill()
                time.sleep(0.3)
                server.start()
            time.sleep(0.3)
            renamed = nginx.hits.rename(tmp_path / "hits.log")
            nginx.reopen()
            # The hits that go on coming have the replayed ones drained.
            said = [server.manage("hits_replay", str(renamed)) for _ in range(2)]
        written = len(renamed.read_bytes().splitlines())
        found = outcome(running, drained(server.environment), []).check()

    assert written > 50
    assert found.accepted == found.stored
    assert f"Stored: 0\nAlready known: {written}\nRefused: 0\n" == said[1]
    assert b"" == nginx.hits.read_bytes()
