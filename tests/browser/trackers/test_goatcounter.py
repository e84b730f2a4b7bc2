"""A page written for GoatCounter, in a real browser, with nothing changed but the address."""

import pytest

from tests.browser.trackers.moving import events, visitor

pytestmark = pytest.mark.stack

# As GoatCounter publishes it.
SNIPPET = """
<script data-goatcounter="{url}/count" {settings} async src="{url}/count.js"></script>
<button data-goatcounter-click="sign-up" title="Sign up">Go</button>
"""


def test_the_published_snippet_counts_the_page_and_a_marked_click(server, browser, collector):
    address = collector.serve_bare("/beans", SNIPPET.format(url=server.url, settings=""))

    with visitor(browser) as page:
        page.goto(f"{address}?utm_source=mail")
        events(server, 1)
        page.get_by_text("Go").click()
        found = events(server, 2)

    assert [
        ("pageview", "site.example/beans", "A page", {}),
        ("sign-up", "site.example/", "Sign up", {}),
    ] == found


def test_a_page_may_count_by_itself_and_change_what_is_sent(server, browser, collector):
    settings = """data-goatcounter-settings='{"no_onload": true}'"""
    address = collector.serve_bare("/beans", SNIPPET.format(url=server.url, settings=settings))

    with visitor(browser) as page:
        page.goto(address)
        page.wait_for_function("Boolean(window.goatcounter?.count)")
        page.evaluate("goatcounter.count({ path: (path) => '/shop' + path, title: 'Beans' })")
        page.evaluate("goatcounter.count({ path: () => null })")
        page.evaluate("goatcounter.count({ path: 'bought', event: true })")
        found = events(server, 2)

    assert [
        ("bought", "site.example/", "A page", {}),
        ("pageview", "site.example/shop/beans", "Beans", {}),
    ] == sorted(found)


def test_a_browser_that_asked_not_to_be_counted_is_not(server, browser, collector):
    address = collector.serve_bare("/beans", SNIPPET.format(url=server.url, settings=""))

    with visitor(browser) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}#toggle-goatcounter")
        page.wait_for_function("localStorage.skipgc == 't'")
        page.goto(f"{address}?again")
        page.wait_for_function("Boolean(window.goatcounter?.count)")
        reason = page.evaluate("goatcounter.filter()")

    assert "disabled with #toggle-goatcounter" == reason
