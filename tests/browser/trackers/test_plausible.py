"""Plausible's published packages, unmodified, in a real browser: only their address is ours."""

import pytest

from tests.browser.trackers.moving import events, visitor
from tests.browser.trackers.published import serve_packages

pytestmark = pytest.mark.stack

OLD = """<script type="module">
import Plausible from "/npm/plausible-tracker/build/module/index.js";
const plausible = Plausible({ domain: "site.example", apiHost: "URL" });
plausible.enableAutoPageviews();
window.track = plausible.trackEvent;
</script>"""
NEW = """<script type="module">
import { init, track } from "/npm/@plausible-analytics/tracker/plausible.js";
init({ domain: "site.example", endpoint: "URL/api/event" });
window.track = track;
</script>"""


@pytest.mark.parametrize("body", [OLD, NEW], ids=["plausible-tracker", "@plausible-analytics"])
def test_the_package_counts_pages_and_events(server, browser, collector, body):
    address = collector.serve_bare("/beans", body.replace("URL", server.url))

    with visitor(browser) as page:
        serve_packages(page)
        page.goto(f"{address}?utm_source=mail")
        events(server, 1)
        page.evaluate("track('Signup', { props: { plan: 'pro' } })")
        events(server, 2)
        page.evaluate("history.pushState({}, '', '/next')")
        found = [each for each in events(server, 3) if each[0] != "engagement"]

    assert [
        ("pageview", "site.example/beans", "", {}),
        ("Signup", "site.example/beans", "", {"plan": "pro"}),
        ("pageview", "site.example/next", "", {}),
    ] == found


SNIPPET = """<script>
window.plausible = window.plausible || function () {
  (plausible.q = plausible.q || []).push(arguments);
};
plausible("Early");
</script>
<script defer data-domain="site.example" src="URL/js/NAME"></script>"""


STUB = """<script>
window.plausible = window.plausible || function () {
  (plausible.q = plausible.q || []).push(arguments);
}, plausible.init = plausible.init || function (options) { plausible.o = options || {}; };
plausible.init(OPTIONS);
plausible("Early");
</script>"""
NAMED = '<script MODE src="URL/js/pa-6_srOGVV9SLMWJ1ZpUAbG.js"></script>'


def counted(server, count):
    """Name, page and properties, less engagement, sorted since hits may overtake each other."""
    found = events(server, count)
    return sorted((name, page, props) for name, page, _, props in found if name != "engagement")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(NAMED.replace("MODE", "async") + STUB, id="as Plausible shows it"),
        pytest.param(NAMED.replace("MODE", "") + STUB, id="script first"),
        pytest.param(STUB + NAMED.replace("MODE", ""), id="script last"),
    ],
)
def test_a_snippet_named_by_plausibles_server_counts_for_the_host_of_the_page(
    server, browser, collector, body
):
    snippet = body.replace("URL", server.url).replace("OPTIONS", "")
    address = collector.serve_bare("/beans", snippet)

    with visitor(browser) as page:
        page.goto(f"{address}#part")
        events(server, 2)
        page.evaluate("plausible('Late', { props: { plan: 'pro' } })")
        found = counted(server, 3)

    assert [
        ("Early", "site.example/beans", {}),
        ("Late", "site.example/beans", {"plan": "pro"}),
        ("pageview", "site.example/beans", {}),
    ] == found


def test_the_options_of_plausibles_init_hold(server, browser, collector):
    options = """{
      domain: "site.example",
      hashBasedRouting: true,
      outboundLinks: false,
      customProperties: (name) => ({ author: "Ada", of: name }),
      transformRequest: (hit) => hit.n == "Early" ? null : { ...hit, u: hit.u.replace("/7", "/_") },
    }"""
    snippet = (STUB + NAMED).replace("URL", server.url).replace("OPTIONS", options)
    collector.serve_bare("/orders/7", f'{snippet}<a href="{collector.site}/away">Away</a>')

    with visitor(browser) as page:
        page.goto(f"{collector.elsewhere}/orders/7#part")
        events(server, 1)
        page.evaluate("document.querySelector('a').onclick = () => false")
        page.get_by_text("Away").click()
        page.evaluate("plausible('Late')")
        found = counted(server, 2)

    assert [
        (name, "elsewhere.example/orders/_#part", {"author": "Ada", "of": name})
        for name in ("Late", "pageview")
    ] == found


def test_a_page_that_sends_its_pageviews_itself_may_say_so_to_plausibles_init(
    server, browser, collector
):
    snippet = (STUB + NAMED).replace("OPTIONS", "{ autoCapturePageviews: false }")
    address = collector.serve_bare("/beans", snippet.replace("URL", server.url))

    with visitor(browser) as page:
        page.goto(address)
        events(server, 1)
        page.evaluate("plausible('pageview', { url: 'https://site.example/mine' })")
        found = counted(server, 2)

    assert [("Early", "site.example/beans", {}), ("pageview", "site.example/mine", {})] == found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("plausible.js", ["pageview /beans", "Early /beans"], id="plain"),
        pytest.param("script.hash.js", ["pageview /beans#part", "Early /beans#part"], id="hash"),
        pytest.param("script.manual.outbound-links.js", ["Early /beans"], id="manual"),
    ],
)
def test_a_snippet_of_plausible_counts_as_the_name_of_its_script_says(
    server, browser, collector, name, expected
):
    body = SNIPPET.replace("URL", server.url).replace("NAME", name)
    address = collector.serve_bare("/beans", body)

    with visitor(browser) as page:
        page.goto(f"{address}#part")
        events(server, len(expected))
        page.evaluate("plausible('Late')")
        found = [each for each in events(server, len(expected) + 1) if each[0] != "engagement"]

    path = expected[-1].partition(" ")[2]
    assert sorted([*expected, f"Late {path}"]) == sorted(
        f"{event} {page.removeprefix('site.example')}" for event, page, *_ in found
    )
