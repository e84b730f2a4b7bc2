"""Plausible's published packages, unmodified, in a real browser: only their address is ours."""

import pytest

from tests.browser.trackers.moving import add_site, events, visitor
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
    add_site(server)
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
    add_site(server)
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
