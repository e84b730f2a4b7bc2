"""From a hit leaving a page to its row on the dashboard, in a real Chromium, on the default set-up.

    python -m tests.bench.bench_live_latency [visits]

One page sends hits with the tracker script, another has the live page open. Each hit is of a new
visitor. Both pages read the same clock; the moment of a row is its insertion as a MutationObserver
sees it.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.collector import Collector, collecting
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.server import CHROME, Server

PAUSE_MS = 150
PASSWORD = "a long walk by the river"

NOTE_ROWS = """() => {
  window.seen = {};
  new MutationObserver(records => {
    const now = performance.timeOrigin + performance.now();
    for (const record of records)
      for (const node of record.addedNodes)
        if (node.querySelector) {
          const page = node.querySelector(".visit-page bdi");
          if (page) window.seen[page.textContent] = now;
        }
  }).observe(document.getElementById("rows"), {childList: true});
}"""
SEND = """path => {
  const now = performance.timeOrigin + performance.now();
  footfall("pageview", {url: location.origin + path});
  return now;
}"""


def main(visits: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder)) as server,
        collecting() as collector,
        sync_playwright() as playwright,
    ):
        server.manage("owner_create", "owner@example.com", "--password-stdin", stdin=PASSWORD)
        server.manage("site_create", "site.example")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        live = live_page(browser, server)
        sent = send(browser, server, collector, visits)
        live.wait_for_function(f"Object.keys(window.seen).length >= {visits}")
        seen = live.evaluate("window.seen")
        browser.close()
    took = [seen[path] - left for path, left in sent.items()]
    print(f"{visits} visits, one at a time, from the hit leaving the page to its row:")
    print(f"{median(took):8.0f} ms  median")
    print(f"{quantiles(took, n=20)[-1]:8.0f} ms  p95")
    print(f"{max(took):8.0f} ms  longest")


def live_page(browser: Browser, server: Server) -> Page:
    page = browser.new_page()
    page.goto(f"{server.url}/sign-in?next=/sites/site.example/live")
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#state[data-state=live]").wait_for()
    page.evaluate(NOTE_ROWS)
    return page


def send(browser: Browser, server: Server, collector: Collector, visits: int) -> dict[str, float]:
    """When each hit left, by its path."""
    snippet = (
        f'<script data-domain="site.example" data-manual src="{server.url}/js/script.js"></script>'
    )
    address = collector.serve_bare("/", snippet)
    sent = {}
    for number in range(visits):
        # Another agent is another visitor.
        context = browser.new_context(user_agent=f"{CHROME} Visitor/{number}")
        page = context.new_page()
        page.goto(address)
        sent[f"/{number}"] = page.evaluate(SEND, f"/{number}")
        page.wait_for_timeout(PAUSE_MS)
        context.close()
    return sent


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
