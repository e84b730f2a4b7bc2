"""Hits at a steady rate, and a log of what each client sent and what it was answered.

Visitors come one after the other, each with a few hits, so that the log alone tells every figure.
"""

import http.client
import json
import random
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.server import CHROME

DOMAIN = "example.com"
CLIENTS = 8
# A client waits this long before it sends a hit again. Trackers wait longer; this is harder.
RETRY_SECONDS = 0.1
MOST_HITS_A_VISITOR = 6
NO_ANSWER = 0


@dataclass
class Hit:
    """A hit as its client logged it; its page is its own, so that storage tells it by that."""

    path: str
    visitor: str
    name: str
    id: str  # "" for a hit that is sent once
    accepted: bool = False
    answered_at: float = 0.0  # monotonic seconds, the last time


class Answer(NamedTuple):
    """`at` is in monotonic seconds, `wait` how many of them the client waited."""

    at: float
    wait: float
    status: int


@dataclass
class Log:
    """What a client sent, in order, and when it was answered what."""

    hits: list[Hit] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # answers that no fault excuses


class Client(threading.Thread):
    """Sends hits one after another at `rate` a second, and catches up after a pause.

    With ids it sends a hit until it is accepted, as the tracker script would; without, it sends
    each hit once, and what was not answered may or may not be stored.
    """

    def __init__(
        self,
        url: str,
        tls: ssl.SSLContext | None,
        domain: str,
        number: int,
        with_ids: bool,
        rate: float,
        stop: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.tls, self.domain = urlsplit(url), tls, domain
        self.number, self.with_ids, self.rate = number, with_ids, rate
        self.stop = stop
        self.log = Log()
        self.chance = random.Random(number)
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        started = time.monotonic()
        for count, hit in enumerate(self.hits()):
            if self.stop.wait(max(0, started + count / self.rate - time.monotonic())):
                return
            self.log.hits.append(hit)
            while not self.send(hit) and self.with_ids:
                if self.stop.wait(RETRY_SECONDS):
                    return

    def hits(self) -> Iterator[Hit]:
        visitor = 0
        while True:
            visitor += 1
            address = f"91.{self.number}.{visitor >> 8}.{visitor & 255}"
            for count in range(self.chance.randint(1, MOST_HITS_A_VISITOR)):
                yield Hit(
                    path=f"/{self.number}/{visitor}/{count}",
                    visitor=address,
                    name="Signup" if count and self.chance.random() < 0.2 else "pageview",
                    id=str(uuid.uuid4()) if self.with_ids else "",
                )

    def send(self, hit: Hit) -> bool:
        began = time.monotonic()
        try:
            status, headers = self.answer_to(hit)
        except (OSError, http.client.HTTPException):
            self.close()
            status, headers = NO_ANSWER, http.client.HTTPMessage()
        now = time.monotonic()
        self.log.answers.append(Answer(now, now - began, status))
        hit.accepted, hit.answered_at = status == 202, now
        is_right = (
            (hit.accepted and "x-footfall-dropped" not in headers)
            or (status == 503 and headers.get("retry-after"))
            or status == NO_ANSWER
        )
        if not is_right:
            self.log.wrong.append(f"{status} {headers}")
        return hit.accepted

    def answer_to(self, hit: Hit) -> tuple[int, http.client.HTTPMessage]:
        if self.connection is None:
            assert self.url.hostname
            at = (self.url.hostname, self.url.port)
            self.connection = (
                http.client.HTTPSConnection(*at, timeout=15, context=self.tls)
                if self.tls
                else http.client.HTTPConnection(*at, timeout=15)
            )
        body = {"n": hit.name, "d": self.domain, "u": f"https://{self.domain}{hit.path}"}
        if hit.id:
            body["id"] = hit.id
        headers = {"User-Agent": CHROME, "X-Forwarded-For": hit.visitor}
        self.connection.request("POST", "/api/event", json.dumps(body), headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, answer.headers

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@dataclass
class Load:
    """The clients' logs together."""

    logs: list[Log]
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0

    @property
    def hits(self) -> list[Hit]:
        return [hit for log in self.logs for hit in log.hits]

    @property
    def accepted(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.accepted]

    @property
    def wrong(self) -> list[str]:
        return [answer for log in self.logs for answer in log.wrong]

    @property
    def answers(self) -> list[Answer]:
        return [answer for log in self.logs for answer in log.answers]

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    @property
    def rate(self) -> float:
        """Accepted hits a second, over pauses too."""
        return len(self.accepted) / self.seconds

    def wait_for_more(self, count: int, seconds: float = 120) -> None:
        """Return once so many more hits are accepted."""
        enough, deadline = len(self.accepted) + count, time.monotonic() + seconds
        while len(self.accepted) < enough:
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.05)

    def recovery(self, moments: list[float]) -> float:
        """The longest that no hit was accepted after any of these moments, in seconds."""
        times = sorted(answer.at for answer in self.answers if answer.status == 202)
        return max(
            next((at for at in times if at >= moment), float("inf")) - moment for moment in moments
        )


@contextmanager
def load(
    url: str, rate: float, tls: ssl.SSLContext | None = None, domain: str = DOMAIN
) -> Iterator[Load]:
    """Send a site `rate` hits a second, every fourth client without ids, until the block ends."""
    stop = threading.Event()
    clients = [
        Client(url, tls, domain, number, number % 4 != 0, rate / CLIENTS, stop)
        for number in range(CLIENTS)
    ]
    running = Load([client.log for client in clients])
    for client in clients:
        client.start()
    try:
        yield running
    finally:
        stop.set()
        for client in clients:
            client.join(timeout=30)
            client.close()
        running.seconds = time.monotonic() - running.started
