"""Live events of a real server: killed, restarted, and with receivers that hang."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.prepared import OWNER, prepared
from tests.realtime.out.receivers import Receiver, receiving
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

SITE = "example.com"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Server]:
    allowed = {"FOOTFALL_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    with prepared(Server(tmp_path, **allowed)) as server:
        yield server


def visit(server: Server, number: int) -> None:
    """A visit of somebody's own."""
    httpx.post(
        f"{server.url}/api/event",
        json={"n": "pageview", "u": f"https://{SITE}/page/{number}", "d": SITE},
        headers={"User-Agent": f"{CHROME} {number}", "X-Forwarded-For": f"81.2.69.{number}"},
    ).raise_for_status()


def hook(server: Server, receiver: Receiver) -> None:
    server.manage(
        "shell",
        "-c",
        "from realtime.out.models import Webhook; from tracking.models import Site;"
        f"Webhook.objects.create(site=Site.objects.get(domain={SITE!r}), url={receiver.url!r},"
        " cursor='0')",
    )


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def key(server: Server) -> str:
    return server.manage("apikey_create", OWNER, "--scope", "stats:read").split()[-1]


@contextmanager
def listening(server: Server, api_key: str, last_id: str = "") -> Iterator[Iterator[dict]]:
    """The events of a stream, each as its fields, as a library that unpacks would have them."""
    headers = {"Authorization": f"Bearer {api_key}", "Accept-Encoding": "gzip, br"}
    headers |= {"Last-Event-ID": last_id} if last_id else {}
    address = f"{server.url}/api/v1/live/events?site_id={SITE}"
    with httpx.stream("GET", address, headers=headers, timeout=30) as response:
        assert 200 == response.status_code
        yield events_of(response.iter_lines())


def events_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    fields: dict[str, Any] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if "data" in fields:
                yield orjson.loads(fields["data"])
            fields = {}


def test_each_visit_is_told_once_though_the_server_is_killed_again_and_again(running):
    with receiving() as receiver:
        hook(running, receiver)
        for round_ in range(3):
            for number in range(round_ * 8, round_ * 8 + 8):
                visit(running, number)
            running.kill()
            running.start()
        # What was killed in its turn has to wait for the turn's end.
        until(lambda: len(set(receiver.ids)) == 24, seconds=90)

    pages = {orjson.loads(body)["page"] for _, body in receiver.received}
    assert {f"/page/{number}" for number in range(24)} == pages
    assert 24 == len(set(receiver.ids))


def test_receiver_that_hangs_delays_no_other_and_no_visit(running):
    over = threading.Event()
    with receiving(before=lambda: over.wait(20)) as hanging, receiving() as receiver:
        for each in (hanging, hanging, hanging, receiver):
            hook(running, each)
        visit(running, 0)
        until(lambda: len(hanging.received) == 3)
        lates = []
        for number in range(1, 6):
            started = time.monotonic()
            visit(running, number)
            until(lambda wanted=number: len(receiver.received) > wanted)
            lates.append(time.monotonic() - started)
        over.set()

    assert sorted(lates)[2] < 1.0
    assert 3 == len(hanging.received)


def test_stream_goes_on_after_the_server_was_killed(running):
    api_key = key(running)
    with listening(running, api_key, "0") as told:
        visit(running, 1)
        first = next(told)
    visit(running, 2)
    running.kill()
    running.start()
    with listening(running, api_key, first["id"]) as told:
        second = next(told)
        visit(running, 3)
        third = next(told)

    assert ["/page/1", "/page/2", "/page/3"] == [each["page"] for each in (first, second, third)]
