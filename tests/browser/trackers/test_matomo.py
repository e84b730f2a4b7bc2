"""A page written for Matomo, in a real browser, with nothing changed but the address."""

import pytest

from tests.browser.trackers.moving import events, visitor

pytestmark = pytest.mark.stack

# As Matomo publishes it.
SNIPPET = """
<script>
  var _paq = window._paq = window._paq || [];
  _paq.push(['trackPageView']);
  _paq.push(['enableLinkTracking']);
  (function() {
    var u="//URL/";
    _paq.push(['setTrackerUrl', u+'matomo.php']);
    _paq.push(['setSiteId', '5']);
    var d=document, g=d.createElement('script'), s=d.getElementsByTagName('script')[0];
    g.async=true; g.src=u+'matomo.js'; s.parentNode.insertBefore(g,s);
  })();
</script>
"""
OLD_SNIPPET = """
<script src="//URL/piwik.js"></script>
<script>
  var tracker = Piwik.getTracker("//URL/piwik.php", 5);
  tracker.setCookieDomain("*.site.example");
  tracker.setDocumentTitle("Old beans");
  tracker.trackPageView();
</script>
"""
CALLS = """
_paq.push(['trackEvent', 'Videos', 'Play', 'Intro', 2]);
_paq.push(['setCustomUrl', '/virtual'], ['setDocumentTitle', 'Virtual']);
_paq.push([function () { this.trackSiteSearch('beans', false, 0); }]);
_paq.push(['setCookieDomain', '*.site.example'], ['appendToTrackingUrl', 'currency=EUR']);
_paq.push(['trackGoal', 3, 9.5]);
"""


def served(collector, server, snippet: str, body: str = "") -> str:
    host = server.url.removeprefix("http://")
    return collector.serve_bare("/beans", snippet.replace("URL", host) + body)


def test_the_published_snippet_counts_the_page_and_links(server, browser, collector):
    target = f"{collector.elsewhere}/there"
    links = f'<a href="{target}">Out</a> <a href="/files/a.zip">File</a> <a href="/in">In</a>'

    with visitor(browser) as page:
        page.goto(served(collector, server, SNIPPET, links))
        events(server, 1)
        page.get_by_text("File").click()
        events(server, 2)
        page.get_by_text("Out").click()
        found = events(server, 3)

    assert [
        ("pageview", "site.example/beans", "A page", {}),
        ("File Download", "site.example/beans", "", {"url": f"{collector.site}/files/a.zip"}),
        ("Outbound Link: Click", "site.example/beans", "", {"url": target}),
    ] == found


def test_calls_of_the_queue_are_counted_and_unknown_ones_do_nothing(server, browser, collector):

    with visitor(browser) as page:
        page.goto(served(collector, server, SNIPPET))
        page.wait_for_function("window.Matomo?.initialized")
        page.evaluate(CALLS)
        found = events(server, 4)

    video = {"category": "Videos", "action": "Play", "name": "Intro", "value": "2"}
    assert [
        ("Goal 3", "site.example/virtual", "", {}),
        ("Search", "site.example/virtual", "", {"query": "beans", "results": "0"}),
        ("Videos: Play", "site.example/beans", "", video),
        ("pageview", "site.example/beans", "A page", {}),
    ] == sorted(found, key=lambda event: event[0])


def test_a_tracker_made_as_of_old_counts(server, browser, collector):

    with visitor(browser) as page:
        page.goto(served(collector, server, OLD_SNIPPET))
        found = events(server, 1)

    assert [("pageview", "site.example/beans", "Old beans", {})] == found


def test_nothing_is_sent_before_a_consent_that_the_page_requires(server, browser, collector):
    asking = "<script>var _paq = [['requireConsent']];</script>"

    with visitor(browser) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.goto(served(collector, server, asking + SNIPPET))
        page.wait_for_function("window.Matomo?.initialized")
        before = [url for url in sent if "matomo.php" in url]
        page.evaluate("_paq.push(['setConsentGiven'])")
        found = events(server, 1)

    assert ([], ["pageview"]) == (before, [name for name, *_ in found])
