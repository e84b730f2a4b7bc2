"""Pages written for Umami, in a real browser: its own tracker and ours in its place."""

import pytest
from playwright.sync_api import Page

from tests.browser.trackers.moving import events, visitor
from tests.browser.trackers.published import serve_packages
from tests.prepared import UMAMI_WEBSITE

pytestmark = pytest.mark.stack

BUTTON = '<button data-umami-event="Signup" data-umami-event-plan="pro">Go</button>'
# The package holds the source whose only build step writes the path, which is ours already.
SCRIPTS = {
    "published": '<script defer src="/npm/umami/src/tracker/index.js" data-host-url="{url}" ',
    "compatible": '<script defer src="{url}/script.js" ',
}


@pytest.fixture(params=SCRIPTS.values(), ids=SCRIPTS.keys())
def snippet(request, server) -> str:
    return request.param.format(url=server.url) + f'data-website-id="{UMAMI_WEBSITE}"'


def opened(page: Page, address: str) -> None:
    serve_packages(page)
    page.goto(address)


def test_a_pageview_a_marked_click_and_a_call_are_counted(snippet, server, browser, collector):
    snippet += ' data-performance="true"'
    address = collector.serve_bare("/beans", f"{snippet}></script>{BUTTON}")

    with visitor(browser) as page:
        opened(page, f"{address}?utm_source=mail")
        events(server, 1)
        page.get_by_text("Go").click()
        events(server, 2)
        page.evaluate("umami.track('Purchase', { revenue: 9.5, currency: 'EUR' })")
        events(server, 3)
        page.evaluate("history.pushState({}, '', '/next')")
        found = events(server, 4)

    assert [
        ("pageview", "site.example/beans", "A page", {}),
        ("Signup", "site.example/beans", "A page", {"plan": "pro"}),
        ("Purchase", "site.example/beans", "A page", {"revenue": "9.5", "currency": "EUR"}),
        ("pageview", "site.example/next", "A page", {}),
    ] == found


def test_a_page_may_track_by_itself(snippet, server, browser, collector):
    address = collector.serve_bare("/beans", f'{snippet} data-auto-track="false"></script>')

    with visitor(browser) as page:
        opened(page, address)
        page.wait_for_function("Boolean(window.umami)")
        page.evaluate("umami.identify({ plan: 'pro' })")
        page.evaluate("umami.track((payload) => ({ ...payload, url: '/mine', title: 'Mine' }))")
        found = events(server, 1)

    assert [("pageview", "site.example/mine", "Mine", {})] == found
