"""A real Chromium for the tests of this folder; a test fails on what the browser complains of."""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.collector import Collector, collecting
from tests.prepared import OWNER, PASSWORD, prepared
from tests.server import Server

_numbers = count(1)

# Milliseconds. A machine that runs several servers and browsers at once is slow at times, and what
# was away tries again after up to a quarter of a minute; only what fails waits as long as this.
PATIENCE = 45_000
expect.set_options(timeout=PATIENCE)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The last of such switches holds, so what Playwright switches off is named here again. The popups
# of the address bar, which nobody sees, cost more time for each context than the tests themselves.
DISABLED_FEATURES = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
]
CHROMIUM_ARGUMENTS = [
    f"--disable-features={','.join(DISABLED_FEATURES)}",
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
    context.set_default_timeout(PATIENCE)
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
    with prepared(Server(tmp_path_factory.mktemp("running"))) as server:
        yield server


@pytest.fixture(scope="module")
def owner_client(running: Server) -> Iterator[httpx.Client]:
    """Speaks to the server as the owner, without a browser."""
    with httpx.Client(base_url=running.url, timeout=60) as client:
        client.get("/sign-in")
        fill_in(client, "/sign-in", login=OWNER, password=PASSWORD)
        fill_in(client, "/sign-in/confirm", password=PASSWORD)
        yield client


def fill_in(client: httpx.Client, path: str, **fields: str | list[str]) -> None:
    """Send a form, which must be accepted."""
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"], **fields}
    assert 302 == client.post(path, data=form).status_code


def add_site(client: httpx.Client, domain: str) -> None:
    fill_in(client, "/sites/new", domain=domain, timezone="UTC")


@pytest.fixture(scope="module")
def owner_cookies(owner_client: httpx.Client) -> list[dict[str, str]]:
    """Those of a browser in which the owner is signed in."""
    session = owner_client.cookies["sessionid"]
    return [{"name": "sessionid", "value": session, "url": str(owner_client.base_url)}]


@pytest.fixture
def domain(owner_client: httpx.Client) -> str:
    """A site of the owner's, of its own for a test."""
    domain = f"shop-{next(_numbers)}.example"
    add_site(owner_client, domain)
    return domain


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector
