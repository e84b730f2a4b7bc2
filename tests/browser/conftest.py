"""A real Chromium for the tests of this folder; a test fails on what the browser complains of."""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.collector import Collector, collecting
from tests.server import Server

OWNER = "owner@example.com"
PASSWORD = "a long walk by the river"

_numbers = count(1)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names of sites that are no secure context, as those on http are.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


class Complaints:
    """What the pages of a test complained of: errors nobody caught and the console's errors."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[str] = []
        self._expected: list[str] = []
        context.on("weberror", lambda error: self.seen.append(str(error.error)))
        context.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"{message.text} ({message.location.get('url')})")

    def expect(self, pattern: str) -> None:
        """Complaints in which `pattern` is found fail no test."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [
            text for text in self.seen if not any(re.search(each, text) for each in self._expected)
        ]


# Of the package, not the session: Playwright keeps an event loop running in this thread, beside
# which the asynchronous tests of other folders could not run theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # The ORM refuses to work in a thread whose event loop runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=CHROMIUM_ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    complaints = Complaints(context)
    yield complaints
    assert [] == complaints.unexpected()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with an owner, for all tests of a module."""
    with Server(tmp_path_factory.mktemp("running")) as server:
        server.manage("owner_create", OWNER, "--password-stdin", stdin=PASSWORD)
        yield server


@pytest.fixture(scope="module")
def owner_cookies(running: Server) -> list[dict[str, str]]:
    """Those of a browser in which the owner is signed in."""
    with httpx.Client(base_url=running.url) as client:
        client.get("/sign-in")
        form = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        form |= {"username": OWNER, "password": PASSWORD}
        answer = client.post("/sign-in", data=form, headers={"referer": f"{running.url}/sign-in"})
        assert answer.status_code == 302
        return [{"name": "sessionid", "value": client.cookies["sessionid"], "url": running.url}]


@pytest.fixture
def domain(running: Server) -> str:
    """A site of the owner's, of its own for a test."""
    domain = f"shop-{next(_numbers)}.example"
    running.manage("site_create", domain, "--owner", OWNER)
    return domain


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector
