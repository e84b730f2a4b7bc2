"""The processes are restarted one after the other, as an upgrade does, under load."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from tests.faults.figures import counted
from tests.faults.following import signed_in
from tests.faults.load import DOMAIN
from tests.faults.one_server import OneServer
from tests.faults.trial import Found, Running, under_load

PROGRAMS = ("hits", "pages", "sockets", "queue")
PAGES = (f"/sites/{DOMAIN}/", f"/sites/{DOMAIN}/live", "/js/script.js", "/healthz")
PAGE_SECONDS = 0.2  # between a page and the next


def restarted(server: OneServer, seconds: float, rate: float, dashboards: int) -> Found:
    """What is found where all are restarted, again and again for that time, at least once.

    Raises AssertionError where a hit or a page was not answered, or nginx had to keep a hit.
    """
    restarts: Counter[int | str] = Counter()
    with browsing(server) as answers:

        def restart(_running: Running) -> list[float]:
            until = time.monotonic() + seconds
            while not restarts or time.monotonic() < until:
                for name in PROGRAMS:
                    server.restart(name)
                    restarts[name] += 1
            return []

        found = under_load(server, restart, rate, dashboards)
        kept = server.nginx.folder.joinpath("kept.log").read_text()
    assert (0, 0, "") == (found.hits.unavailable, found.hits.unanswered, kept), found
    assert {200} == set(answers), answers
    more = {"restarts": counted(restarts), "pages": counted(answers), "kept by nginx": 0}
    return replace(found, more=more)


@contextmanager
def browsing(server: OneServer) -> Iterator[Counter[int | str]]:
    """Somebody signed in looks at pages, one after the other; counts the answers."""
    answers: Counter[int | str] = Counter()
    ended = threading.Event()
    name, _, value = signed_in(server.url, server.tls).partition("=")

    def browse() -> None:
        with httpx.Client(
            base_url=server.url, cookies={name: value}, verify=server.tls, timeout=60
        ) as client:
            while not ended.wait(PAGE_SECONDS):
                for page in PAGES:
                    try:
                        answers[client.get(page).status_code] += 1
                    except httpx.HTTPError as error:
                        answers[repr(error)] += 1

    browser = threading.Thread(target=browse, daemon=True)
    browser.start()
    try:
        yield answers
    finally:
        ended.set()
        browser.join(60)
