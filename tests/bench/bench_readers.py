"""Dashboards that cannot keep up, and dashboards that all come back at once.

    python -m tests.bench.bench_readers [seconds] [dashboards]

A site gets 500 hits a second while 20 dashboards follow it, first alone and then with ten that have
stopped reading: what that adds to daphne's memory and to how late the 20 are told. Then daphne is
killed under that many dashboards, 10,000 visits are stored, and it is started again: how long until
each has been told all of them.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from tests.bench.bench_accept import NO_LIMITS
from tests.bench.bench_dashboards import send, watching
from tests.bench.watched import watched
from tests.faults.following import Followers, signed_in
from tests.faults.load import DOMAIN
from tests.faults.processes import WithDaphne
from tests.on_redis import RedisServer
from tests.prepared import prepared
from tests.server import ROOT

RATE = 500
READERS = 20
STOPPED = 10
BACKLOG = 10_000


def main(seconds: float, dashboards: int) -> None:
    with ExitStack() as stack:
        server = deployed(stack)
        sessions = watched(server, 1)
        stack.enter_context(server)
        slow(server, sessions, seconds)
    with ExitStack() as stack:
        server = stack.enter_context(prepared(deployed(stack)))
        come_back(server, dashboards)


def deployed(stack: ExitStack) -> WithDaphne:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    redis = stack.enter_context(RedisServer(folder))
    return WithDaphne(folder, REDIS_URL=redis.url, **NO_LIMITS)


def slow(server: WithDaphne, sessions: dict[str, str], seconds: float) -> None:
    print(f"{READERS} dashboards of a site with {RATE} hits/s for {seconds:.0f} s")
    # What comes first takes memory that stays: rows, compiled templates.
    told(server, sessions, 5)
    for stopped in (0, STOPPED):
        lines = [stopped_reader(server, sessions) for _ in range(stopped)]
        before = memory_mb(server)
        found = told(server, sessions, seconds)
        print(
            f"  {stopped:2} stopped: p50 {found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms, "
            f"daphne {memory_mb(server) - before:+.0f} MB",
            flush=True,
        )
        for line in lines:
            line.close()


def told(server: WithDaphne, sessions: dict[str, str], seconds: float) -> dict[str, float]:
    with watching(server, sessions, READERS) as ask:
        send(server.port, list(sessions), RATE, seconds)
        time.sleep(1)
        return ask()


def stopped_reader(server: WithDaphne, sessions: dict[str, str]) -> socket.socket:
    """A websocket that was opened and is never read."""
    [(domain, key)] = sessions.items()
    line = socket.create_connection(("127.0.0.1", server.pages_port))
    host = f"localhost:{server.pages_port}"
    line.send(
        f"GET /ws/sites/{domain}/feed HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        f"Cookie: sessionid={key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return line


def memory_mb(server: WithDaphne) -> float:
    return psutil.Process(server.running["pages"].pid).memory_info().rss / 1e6


def come_back(server: WithDaphne, dashboards: int) -> None:
    session = signed_in(server.pages_url)
    with Followers(dashboards, server.pages_url, session) as followers:
        before = memory_mb(server)
        server.kill_named("pages")
        last = store(server)
        server.start_one("pages")
        started = time.monotonic()
        while not all(each.cursor >= last for each in followers.all):
            assert time.monotonic() < started + 120, "some never caught up"
            time.sleep(0.05)
        took = time.monotonic() - started
        whole = sum(len(each.ids) == len(set(each.ids)) == BACKLOG for each in followers.all)
        print(
            f"{dashboards} dashboards come back to {BACKLOG} visits: all told after {took:.1f} s, "
            f"{whole} each visit once; daphne has {memory_mb(server):.0f} MB ({before:.0f} before)"
        )


def store(server: WithDaphne) -> int:
    """Store the visits while nobody listens; returns the last one's id."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_readers", "store"],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def store_here() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from tests.realtime import stored
    from tracking.models import Site

    site = Site.objects.get(domain=DOMAIN)
    visits = stored.store(*(stored.event(site, path=f"/{each}") for each in range(BACKLOG)))
    print(visits[-1].id)


if __name__ == "__main__":
    if sys.argv[1:] == ["store"]:
        store_here()
    else:
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else 60,
            int(sys.argv[2]) if len(sys.argv) > 2 else 1000,
        )
