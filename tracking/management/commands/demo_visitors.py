"""Simulated visitors of a demo site, sent over HTTP as real trackers send theirs."""

import heapq
import http.client
import itertools
import json
import random
import signal
import threading
import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from tracking.simulation.scenario import DOMAIN, Step, Visitor, visitors


class Command(BaseCommand):
    help = f"Send simulated visitors to the demo site {DOMAIN} of the server on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--a-minute", type=float, default=40, help="new visitors a minute")

    def handle(self, *args: Any, a_minute: float, **options: Any) -> None:
        from tracking.simulation.history import DAYS, fill
        from tracking.site_creation import create_site

        site = create_site(DOMAIN, "Europe/Berlin", exist_ok=True)
        if stored := fill(site, timezone.now()):
            self.stdout.write(f"The demo site has its past: {stored:,} events of {DAYS} days.")
        stop = threading.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *_: stop.set())
        run(a_minute / 60, stop)


def run(a_second: float, stop: threading.Event) -> None:
    """Play visitors' steps at their times until `stop` is set."""
    chance = random.Random()  # a simulation
    arriving = visitors(chance)
    order = itertools.count()
    due: list[tuple[float, int, Visitor, int]] = []
    next_visitor = time.monotonic()
    while not stop.is_set():
        now = time.monotonic()
        if now >= next_visitor:
            next_visitor = now + chance.expovariate(a_second)
            heapq.heappush(due, (now, next(order), next(arriving), 0))
        while due and due[0][0] <= now:
            _, _, visitor, index = heapq.heappop(due)
            send(visitor, visitor.steps[index], first=index == 0)
            if index + 1 < len(visitor.steps):
                at = now + visitor.steps[index + 1].after
                heapq.heappush(due, (at, next(order), visitor, index + 1))
        upcoming = min(next_visitor, due[0][0]) if due else next_visitor
        stop.wait(max(0.0, upcoming - time.monotonic()))


def body_of(visitor: Visitor, step: Step, first: bool) -> dict[str, Any]:
    """A hit as the tracker script sends it."""
    body = {
        "n": step.name,
        "d": DOMAIN,
        "u": f"https://{DOMAIN}{step.path}{visitor.campaign if first else ''}",
        "r": visitor.referrer if first else "",
        "w": visitor.screen_width,
        "p": step.props,
        "id": str(uuid.uuid4()),
    }
    if read := step.reading:
        body |= {"sd": read.scroll_depth, "e": read.engaged_ms, "vitals": read.vitals}
    return body


def send(visitor: Visitor, step: Step, first: bool) -> None:
    """One hit; a server that is not up yet, or no longer, misses it."""
    headers = {
        "Content-Type": "text/plain",
        "User-Agent": visitor.user_agent,
        "Accept-Language": visitor.language,
        "X-Forwarded-For": visitor.address,
    }
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=5)
    try:
        connection.request(
            "POST", settings.EVENT_PATH, json.dumps(body_of(visitor, step, first)), headers
        )
        connection.getresponse().read()
    except OSError:
        pass
    finally:
        connection.close()
