"""A load of hits on loopback: keep-alive connections, each sending its next hit when answered.

One thread over epoll: a generator that computes much takes from the core that it wants to measure.
"""

import itertools
import json
import re
import select
import socket
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter

from tests.server import CHROME

VISITORS = 5000


@dataclass
class Load:
    """What came of a load: the seconds each answer took, and how many had each status."""

    seconds: float
    waits: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.statuses[b"202"] / self.seconds

    @property
    def p50_ms(self) -> float:
        return quantiles(self.waits, n=100)[49] * 1000

    @property
    def p99_ms(self) -> float:
        return quantiles(self.waits, n=100)[98] * 1000


def hit(number: int, with_id: bool = False) -> bytes:
    """A request: one of many visitors looks at one of many pages."""
    visitor = number % VISITORS
    body = {
        "n": "pageview",
        "d": "example.com",
        "u": f"https://example.com/page/{number % 200}",
        "r": "https://www.google.com/" if number % 3 else "",
    }
    if with_id:
        body["id"] = str(uuid.uuid4())
    text = json.dumps(body)
    return (
        f"POST /api/event HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CHROME}\r\n"
        f"X-Forwarded-For: 91.{visitor >> 8}.{visitor & 255}.7\r\nContent-Type: text/plain\r\n"
        f"Accept-Language: de-DE,de;q=0.9\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    ).encode()


def is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def run(port: int, connections: int, seconds: float, most_a_second: float | None = None) -> Load:
    """Send until the time is over, no faster than told."""
    requests = itertools.cycle([hit(number) for number in range(20_000)])
    poll = select.epoll()
    open_: dict[int, socket.socket] = {}
    sent_at: dict[int, float] = {}
    done = Load(seconds)
    started = perf_counter()
    until = started + seconds
    sent = 0
    idle: list[int] = []
    so_far: defaultdict[int, bytes] = defaultdict(bytes)
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        open_[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
        idle.append(connection.fileno())
    try:
        while (now := perf_counter()) < until or sent_at:
            allowed = (
                connections if most_a_second is None else (now - started) * most_a_second - sent
            )
            while idle and now < until and allowed >= 1:
                number = idle.pop()
                sent_at[number] = perf_counter()
                open_[number].send(next(requests))
                sent += 1
                allowed -= 1
            for number, _ in poll.poll(0.001 if most_a_second else 1):
                answer = open_[number].recv(65536)
                if not answer:
                    raise ConnectionError("the server closed a connection")
                so_far[number] += answer
                if not is_whole(so_far[number]):
                    continue
                answer = so_far.pop(number)
                done.waits.append(perf_counter() - sent_at.pop(number))
                done.statuses[answer[9:12]] += 1
                idle.append(number)
            if now > until + 10:
                raise TimeoutError(f"{len(sent_at)} answers never came")
    finally:
        poll.close()
        for connection in open_.values():
            connection.close()
    return done
