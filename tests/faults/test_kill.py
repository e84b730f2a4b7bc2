"""Accepted is never lost and never counted twice, whenever the server is killed."""

import random
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import httpx
import pytest

from proj.sqlite import sqlite3
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

DOMAIN = "example.com"


class Client(threading.Thread):
    """Sends hits one after another, and keeps a log of what was answered 2xx.

    With ids it retries a hit until it is accepted, as the tracker script would; without, it sends
    each hit once, and what was not answered may or may not be stored.
    """

    def __init__(self, url: str, number: int, with_ids: bool, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.number, self.with_ids, self.stop_event = url, number, with_ids, stop
        self.sent: list[str] = []
        self.accepted: list[str] = []

    def run(self) -> None:
        with httpx.Client(headers={"User-Agent": CHROME}, timeout=10) as http:
            while not self.stop_event.is_set():
                path = f"/{self.number}/{len(self.sent)}"
                self.sent.append(path)
                body = {"n": "pageview", "d": DOMAIN, "u": f"https://{DOMAIN}{path}"}
                if self.with_ids:
                    body["id"] = str(uuid.uuid4())
                while not self.send(http, body, path) and self.with_ids:
                    if self.stop_event.wait(0.05):
                        return

    def send(self, http: httpx.Client, body: dict, path: str) -> bool:
        try:
            answer = http.post(
                f"{self.url}/api/event",
                json=body,
                headers={"X-Forwarded-For": f"91.0.0.{self.number}"},
            )
        except httpx.TransportError:
            return False
        if answer.is_success:
            assert "x-footfall-dropped" not in answer.headers
            self.accepted.append(path)
        return answer.is_success


def stored(data: Path) -> Counter[str]:
    with sqlite3.connect(data / "footfall.sqlite3") as database:
        return Counter(path for (path,) in database.execute("SELECT path FROM tracking_event"))


def waiting(data: Path) -> int:
    with sqlite3.connect(data / "footfall.sqlite3") as database:
        return database.execute("SELECT count(*) FROM tracking_inboxhit").fetchone()[0]


def wait_until_drained(data: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while waiting(data) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert 0 == waiting(data)


def test_killed_at_random_moments_every_accepted_hit_is_one_event(tmp_path):
    chance = random.Random(7)
    stop = threading.Event()
    with Server(tmp_path) as server:
        server.manage("site_create", DOMAIN)
        clients = [Client(server.url, number, number % 2 == 0, stop) for number in range(1, 9)]
        for client in clients:
            client.start()
        for _ in range(3):
            time.sleep(chance.uniform(0.3, 1.5))
            server.kill()
            server.start()
        time.sleep(0.5)
        stop.set()
        for client in clients:
            client.join(timeout=20)
        wait_until_drained(tmp_path)
        events = stored(tmp_path)

    accepted = [path for client in clients for path in client.accepted]
    sent = {path for client in clients for path in client.sent}
    assert len(accepted) > 200
    assert {1} == set(events.values())
    assert set(accepted) <= set(events) <= sent
