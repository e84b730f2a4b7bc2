"""Huey's consumer is dead for a while, under load."""

import time
from dataclasses import replace

import httpx

from tests.faults.load import DOMAIN
from tests.faults.one_server import OneServer
from tests.faults.trial import Found, Running, under_load

KEPT_UP_SECONDS = 5.0  # no hit waits longer than this where the consumer keeps up
PATIENCE = 900.0


def dead(
    server: OneServer, seconds: float, rate: float, dashboards: int = 0, domain: str = DOMAIN
) -> Found:
    """What is found after that many seconds without; `recovery` is until it has kept up again.

    Raises AssertionError where accepting stops too, or the backlog is not told.
    """
    recovery = 0.0

    def kill(running: Running) -> list[float]:
        nonlocal recovery
        running.load.wait_for_more(100)
        server.kill("queue")
        server.stop("queue")  # or supervisor would start it again
        before = len(running.load.accepted)
        time.sleep(seconds)
        taken = len(running.load.accepted) - before
        told = backlog(server)
        assert taken > 0
        assert not told["exact"] or told["hits"] >= taken, (told, taken)
        assert told["oldest_seconds"] >= 0.9 * seconds
        back = time.monotonic()
        server.start("queue")
        while not kept_up(server):
            assert time.monotonic() < back + PATIENCE, backlog(server)
            time.sleep(0.5)
        recovery = time.monotonic() - back
        return []

    found = under_load(server, kill, rate, dashboards, domain)
    return replace(found, hits=replace(found.hits, recovery=recovery))


def backlog(server: OneServer) -> dict[str, float]:
    answer = httpx.get(f"{server.pages_url}/healthz", timeout=60, verify=server.tls)
    return answer.json()["backlog"]


def kept_up(server: OneServer) -> bool:
    waiting = backlog(server)
    return not waiting["hits"] or waiting["oldest_seconds"] < KEPT_UP_SECONDS
