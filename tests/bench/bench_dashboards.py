"""Many dashboards open while hits arrive: how long until each is told, and what that costs.

    python -m tests.bench.bench_dashboards [dashboards] [hits a second] [seconds]

First the sockets are idle, then hits come to 20 sites. Each visitor looks at three pages, so one
hit in three opens a visit. Told is measured from before the hit is sent until its frame is read by
each of the dashboards of its site; sender and dashboards share the cores with the server. In the
one-process default, and with daphne, Redis, the queue's consumer and one accepting process.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.bench.bench_accept import NO_LIMITS
from tests.bench.load import is_whole
from tests.bench.watched import watched
from tests.faults.processes import OneProcess, Shape, WithDaphne
from tests.on_redis import RedisServer
from tests.server import CHROME, ROOT

SITES = 20
SENDERS = 8
VISITORS = 200
PAGES = 3


def main(dashboards: int, rate: float, seconds: float) -> None:
    print(f"{dashboards} dashboards of {SITES} sites, {rate:.0f} hits/s for {seconds:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        measure("one process", OneProcess(Path(folder), **NO_LIMITS), dashboards, rate, seconds)
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as redis:
        server = WithDaphne(Path(folder), REDIS_URL=redis.url, **NO_LIMITS)
        measure("daphne and Redis", server, dashboards, rate, seconds)


def measure(name: str, server: Shape, dashboards: int, rate: float, seconds: float) -> None:
    sessions = watched(server, SITES)
    with server:
        serving = psutil.Process(socket_server(server))
        before = serving.memory_info().rss
        with watching(server.pages_url, sessions, dashboards) as ask:
            memory = (serving.memory_info().rss - before) / dashboards
            idle = cpu_share(server, seconds / 2)
            used = cpu_of(server)
            started = time.monotonic()
            sent = send(server.port, list(sessions), rate, seconds)
            took = time.monotonic() - started
            time.sleep(1)
            busy = {part: (now - used[part]) / took for part, now in cpu_of(server).items()}
            found = ask()
    print(f"\n{name}")
    print(f"  idle: {idle:.1%} of a core; {memory / 1024:.0f} KB a socket")
    print(
        f"  {sent / took:.0f} hits/s: told {found['told']:.0f} times, "
        f"p50 {found['p50_ms']:.0f} ms, p95 {found['p95_ms']:.0f} ms, "
        f"p99 {found['p99_ms']:.0f} ms, longest {found['most_ms']:.0f} ms"
    )
    expected = sent * dashboards // SITES
    print(f"  {found['told'] / expected:.1%} of what was to be told; {found['closed']} closed")
    print(
        f"  {found['frames'] / took:.0f} frames/s, {found['bytes'] / took / 1e6:.1f} MB/s; cores: "
        + ", ".join(f"{part} {share:.2f}" for part, share in busy.items())
        + f", the dashboards {found['cpu'] / took:.2f}",
        flush=True,
    )


def socket_server(server: Shape) -> int:
    """The process that has the sockets."""
    running = server.process if isinstance(server, OneProcess) else server.running["pages"]
    assert running
    return running.pid


def processes(server: Shape) -> dict[str, int]:
    if isinstance(server, OneProcess):
        return {"server": socket_server(server)}
    return {name: process.pid for name, process in server.running.items()}


def cpu_of(server: Shape) -> dict[str, float]:
    """Seconds that each part has computed, with its workers."""
    return {name: seconds_of(psutil.Process(pid)) for name, pid in processes(server).items()}


def seconds_of(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (each.cpu_times() for each in family))


def cpu_share(server: Shape, seconds: float) -> float:
    """Of a core, by the process with the sockets."""
    process = psutil.Process(socket_server(server))
    before = seconds_of(process)
    time.sleep(seconds)
    return (seconds_of(process) - before) / seconds


@contextmanager
def watching(
    url: str, sessions: dict[str, str], dashboards: int, authority: Path | None = None
) -> Iterator[Callable[[], dict[str, Any]]]:
    """Dashboards that are open; what it gives asks them what they saw.

    `authority` is the certificate that vouches for the server, where it is none of the system's.
    """
    trusting = {"SSL_CERT_FILE": str(authority)} if authority else {}
    watchers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.watchers", url, str(dashboards)],
        cwd=ROOT,
        env={**os.environ, **trusting},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watchers.stdin
    assert watchers.stdout
    asked, told = watchers.stdin, watchers.stdout

    def ask() -> dict[str, Any]:
        asked.write("\n")
        asked.flush()
        return json.loads(told.readline())

    try:
        asked.write(json.dumps(sessions) + "\n")
        asked.flush()
        assert told.readline() == "ready\n", "the dashboards could not connect"
        yield ask
    finally:
        watchers.kill()
        watchers.wait()


def send(
    port: int,
    domains: list[str],
    rate: float,
    seconds: float,
    request: Callable[[int, str], bytes] | None = None,
) -> int:
    """Send hits, or other requests, at a steady rate; returns how many were accepted."""
    made = request or hit
    accepted = [0] * SENDERS

    def sender(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for number in range(first, int(rate * seconds), SENDERS):
                time.sleep(max(0, started + number / rate - time.monotonic()))
                connection.send(made(number, domains[number % len(domains)]))
                answer = b""
                while not is_whole(answer):
                    answer += connection.recv(65536)
                accepted[first] += answer[9:12] == b"202"

    started = time.monotonic()
    threads = [threading.Thread(target=sender, args=[first]) for first in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(accepted)


def hit(number: int, domain: str) -> bytes:
    """Rounds of VISITORS look at a page each, PAGES times; then others come."""
    visitor = number // (VISITORS * PAGES) * VISITORS + number % VISITORS
    page = f"https://{domain}/t/{time.monotonic_ns()}"
    body = json.dumps({"n": "pageview", "d": domain, "u": page})
    return (
        f"POST /api/event HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CHROME}\r\n"
        f"X-Forwarded-For: 91.{visitor >> 8 & 255}.{visitor & 255}.7\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
        float(sys.argv[2]) if len(sys.argv) > 2 else 200,
        float(sys.argv[3]) if len(sys.argv) > 3 else 60,
    )
