"""Who is online, as a dashboard shows it, while visitors' browsers come and go in every way.

All in real time: the server, the tracker's beats, the dashboard in a browser of its own.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from tests.browser.collector import Collector, collecting
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.browser.test_tracker_engagement import HIDE, SHOW
from tests.faults.figures import Figures
from tests.on_redis import RedisServer
from tests.prepared import OWNER, PASSWORD, prepared
from tests.server import CHROME, Server

LONGEST_S = 10
PATIENCE_S = 30
SITE = "example.com"


class Visitors:
    """A browser for each, told apart by their user agents.

    Those of contexts would not do: a browser forgets them in what it sends of a page it leaves.
    """

    def __init__(self, playwright: Playwright, collector: Collector, snippet: str) -> None:
        self.playwright = playwright
        self.collector = collector
        self.snippet = snippet
        self.contexts: dict[str, BrowserContext] = {}

    def open(self, name: str, path: str = "/") -> Page:
        if name not in self.contexts:
            agent = CHROME.replace("142.0.0.0", f"{100 + len(self.contexts)}.0.0.0")
            browser = launched(self.playwright, f"--user-agent={agent}")
            self.contexts[name] = browser.new_context()
        page = self.contexts[name].new_page()
        page.goto(self.collector.serve_bare(path, self.snippet))
        return page


class Acts:
    """Measures how long the dashboard takes to say how many are online."""

    def __init__(self, dashboard: Page) -> None:
        self.dashboard = dashboard
        self.lines: list[str] = []
        self.seconds: Figures = {}
        self.slowest = 0.0

    def expect(self, what: str, online: int) -> None:
        began = time.monotonic()
        while (said := self.online()) != online and time.monotonic() < began + PATIENCE_S:
            time.sleep(0.05)
        seconds = time.monotonic() - began
        self.slowest = max(self.slowest, seconds)
        self.seconds[f"{what} s"] = round(seconds, 1)
        self.lines.append(f"    {what:48}{said:4} online{seconds:8.1f} s")
        assert said == online, "\n".join(["the dashboard says otherwise", *self.lines])

    def stays(self, what: str, online: int, seconds: float = 15) -> None:
        """For so long the figure is right at each look."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            assert (said := self.online()) == online, f"{what}: {said} instead of {online}"
            time.sleep(0.1)
        self.lines.append(f"    {what:48}{online:4} online   for {seconds:.0f} s")

    def online(self) -> int:
        return int(self.dashboard.locator(".headline").inner_text())


def right_by_redis(at: Path) -> Figures:
    with RedisServer(at) as redis:
        return right(at, REDIS_URL=redis.url)


def right(at: Path, **environment: str) -> Figures:
    """How many seconds what was done took to show; raises AssertionError."""
    server = prepared(Server(at, **environment))
    with server, collecting() as collector, sync_playwright() as playwright:
        dashboard = launched(playwright)
        snippet = f'<script data-domain="{SITE}" src="{server.url}/js/script.js"></script>'
        visitors = Visitors(playwright, collector, snippet)
        acts = Acts(opened_dashboard(dashboard, server))
        come_and_go(visitors, acts)
        end(visitors, acts)
        dashboard.close()
    assert acts.slowest <= LONGEST_S, "\n".join(["too late", *acts.lines])
    return acts.seconds


def come_and_go(visitors: Visitors, acts: Acts) -> None:
    one, other = visitors.open("ada", "/one"), visitors.open("ada", "/other")
    bob, eve = visitors.open("bob", "/bob"), visitors.open("eve", "/eve")
    acts.expect("three people open four tabs", 3)
    acts.stays("nothing happens", 3)
    other.close()
    acts.stays("one of two tabs of a person is closed", 3)
    one.close()
    acts.expect("the other one is closed too", 2)
    bob.evaluate(HIDE)
    acts.expect("a tab is hidden", 1)
    bob.evaluate(SHOW)
    acts.expect("and shown again", 2)
    bob.goto(visitors.collector.serve_bare("/away", "no tracker"))
    acts.expect("a tab goes to another site", 1)
    bob.evaluate("history.back()")
    acts.expect("and back, out of the browser's cache", 2)
    bob.context.set_offline(True)
    acts.expect("a tab loses the network", 1)
    bob.context.set_offline(False)
    acts.expect("and has it again", 2)
    bob.evaluate("window.running = setTimeout; window.setTimeout = () => {}")
    bob.evaluate("document.dispatchEvent(new Event('freeze'))")
    acts.expect("a tab is frozen", 1)
    bob.evaluate("window.setTimeout = running; document.dispatchEvent(new Event('resume'))")
    acts.expect("and resumed", 2)
    with eve.expect_event("crash"), suppress(Error):
        eve.goto("chrome://crash")
    acts.expect("a tab crashes", 1)
    bob.close()
    acts.expect("the last tab is closed", 0)


def end(visitors: Visitors, acts: Acts) -> None:
    known = {process.pid for process in browsers()}
    visitors.open("zoe", "/zoe")
    [browser] = [each for each in browsers() if each.pid not in known]
    acts.expect("somebody comes", 1)
    with suspended(browser):
        acts.expect("the machine goes to sleep", 0)
    acts.expect("and wakes", 1)
    browser.kill()
    acts.expect("the browser is killed", 0)


@contextmanager
def suspended(browser: psutil.Process) -> Iterator[None]:
    processes = [*browser.children(recursive=True), browser]
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


def launched(playwright: Playwright, *arguments: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[*CHROMIUM_ARGUMENTS, *arguments],
        ignore_default_args=["--disable-back-forward-cache"],
    )


def browsers() -> list[psutil.Process]:
    """The first process of each browser that runs here."""
    return [
        each
        for each in psutil.Process().children(recursive=True)
        if "chromium" in each.name() and not any("--type=" in word for word in each.cmdline())
    ]


def opened_dashboard(browser: Browser, server: Server) -> Page:
    page = browser.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{server.url}/sites/{SITE}/live")
    page.locator("#state[data-state=live]").wait_for()
    return page
