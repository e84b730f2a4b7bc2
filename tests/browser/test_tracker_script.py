"""What the tracker counts, in a real browser."""

import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.collector import everything
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def without_id(hit) -> dict[str, Any]:
    return {key: value for key, value in hit.items() if key != "id"}


def test_loading_a_page_sends_one_pageview(page, collector):
    page.goto(collector.site + "/welcome?ref=a#part", referer="https://search.example/")

    [hit] = collector.wait(1)

    assert {
        "n": "pageview",
        "u": collector.site + "/welcome?ref=a",
        "d": "site.example",
        "r": "https://search.example/",
        "w": 1280,
    } == without_id(hit)


def test_a_hit_is_plain_text_without_cookies(page, context, collector):
    context.add_cookies([{"name": "a", "value": "b", "url": collector.stats}])
    page.goto(collector.site)
    collector.wait(1)

    [headers] = collector.headers

    assert ("text/plain;charset=UTF-8", None) == (headers["Content-Type"], headers.get("Cookie"))


@pytest.mark.parametrize("host", ["http://site.example", "http://localhost"])
def test_every_hit_has_a_uuid_of_its_own_on_http_and_in_secure_contexts(page, collector, host):
    page.goto(f"{host}:{urlsplit(collector.site).port}")
    collector.wait(1)
    page.evaluate("footfall('Signup')")

    ids = [hit["id"] for hit in collector.wait(2)]

    assert (2, True) == (len(set(ids)), all(UUID.fullmatch(each) for each in ids))


def test_tracking_stores_nothing_in_the_browser(page, context, collector):
    page.goto(collector.site)
    collector.wait(1)

    assert ([], 0, 0) == (
        context.cookies(),
        page.evaluate("localStorage.length"),
        page.evaluate("sessionStorage.length"),
    )


def test_domain_endpoint_and_visitor_can_be_set_on_the_script(page, collector):
    named = 'data-domain="a.example,b.example" data-visitor="ada"'
    attributes = f'{named} data-api="{collector.site}/api/event"'
    page.goto(collector.serve("/", attributes=attributes))
    [hit] = collector.wait(1)
    [headers] = collector.headers

    assert ("a.example,b.example", collector.site, "ada") == (
        hit["d"],
        f"http://{headers['Host']}",
        hit["visitor"],
    )


def test_two_copies_of_the_script_count_once(page, collector):
    page.goto(collector.serve("/", collector.snippet()))

    assert [("pageview", "/")] == everything(page, collector, 1)


def test_push_and_back_count_a_pageview_each(page, collector):
    page.goto(collector.site + "/a")
    collector.wait(1)
    page.evaluate("history.pushState({}, '', '/b')")
    collector.wait(3)
    page.evaluate("history.back()")

    assert [
        ("engagement", "/a"),
        ("engagement", "/b"),
        ("pageview", "/a"),
        ("pageview", "/a"),
        ("pageview", "/b"),
    ] == everything(page, collector, 5)


@pytest.mark.parametrize(
    "change",
    [
        "history.pushState({}, '', '/a?page=2')",
        "history.replaceState({}, '', '/a')",
        "history.replaceState({}, '', '/b')",
        "location.hash = 'part'",
    ],
    ids=["other query", "same path replaced", "other path replaced", "hash"],
)
def test_what_is_no_navigation_counts_nothing_more(page, collector, change):
    page.goto(collector.site + "/a")
    collector.wait(1)
    page.evaluate(change)

    assert [("pageview", "/a")] == everything(page, collector, 1)


def test_push_state_keeps_its_errors(page, collector):
    page.goto(collector.site)

    caught = page.evaluate(
        "() => { try { history.pushState(alert, '', '/b') } catch (error) { return error.name } }"
    )

    assert ("DataCloneError", [("pageview", "/")]) == (caught, everything(page, collector, 1))


def test_hash_mode_counts_each_hash(page, collector):
    page.goto(collector.serve("/app", attributes="data-hash") + "#/one")
    collector.wait(1)
    page.evaluate("location.hash = '/two'")
    collector.wait(3)
    page.evaluate("history.back()")

    hits = collector.wait(5)

    assert [("/one", 1), ("/two", 1), ("/one", 1)] == [
        (hit["u"].split("#")[1], hit["h"]) for hit in hits if hit["n"] == "pageview"
    ]


def test_manual_mode_counts_only_what_the_page_asks_for(page, collector):
    page.goto(collector.serve("/", attributes="data-manual"))
    page.evaluate("history.pushState({}, '', '/b')")
    page.evaluate("footfall('pageview', {url: 'https://site.example/products/:id'})")

    assert [("pageview", "/products/:id")] == everything(page, collector, 1)


def test_custom_event_carries_properties_revenue_and_interactivity(page, collector):
    page.goto(collector.serve("/", attributes="data-manual"))
    page.evaluate(
        """footfall('Purchase', {
            props: {plan: 'pro', seats: 3, trial: false},
            revenue: {currency: 'EUR', amount: 12.5},
            interactive: false,
        })"""
    )

    [hit] = collector.wait(1)

    assert {
        "n": "Purchase",
        "u": collector.site + "/",
        "d": "site.example",
        "w": 1280,
        "p": {"plan": "pro", "seats": 3, "trial": False},
        "$": {"currency": "EUR", "amount": 12.5},
        "i": False,
    } == without_id(hit)


def test_calls_queued_before_the_script_are_sent_after_the_pageview(page, collector):
    page.goto(
        collector.serve_bare(
            "/",
            """<script>
            window.footfall = window.footfall
                || function () { (footfall.q = footfall.q || []).push(arguments) };
            footfall('Early', {props: {a: 'b'}});
            </script>"""
            + collector.snippet(),
        )
    )

    sent = {hit["n"]: hit.get("p") for hit in collector.wait(2)}

    assert {"pageview": None, "Early": {"a": "b"}} == sent


def test_coming_back_from_the_back_forward_cache_counts_again(page, collector):
    page.goto(collector.site + "/a")
    collector.wait(1)
    page.evaluate("window.kept = true")
    page.goto(collector.serve_bare("/b", "b"))
    page.evaluate("history.back()")
    page.wait_for_function("window.kept")

    assert [("pageview", "/a"), ("pageview", "/a")] == [
        each for each in everything(page, collector, 3) if each[0] == "pageview"
    ]


def test_a_page_in_a_background_tab_waits_for_its_first_look(page, collector):
    page.add_init_script("Object.defineProperty(document, 'hidden', {value: true, writable: true})")
    page.goto(collector.site + "/a")
    before = everything(page, collector, 0)
    page.evaluate("document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert ([], [("pageview", "/a")]) == (before, everything(page, collector, 2))


def test_a_prerendered_page_counts_when_it_is_shown(collector, tmp_path):
    """By the browser alone: under Playwright prerendering does not run."""
    start = collector.serve_bare(
        "/start",
        """<script type=speculationrules>
            {"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}
        </script>
        <script>
            const look = async () =>
                (await (await fetch('/signal')).text()).includes('Go ahead')
                    ? location.assign('/next') : setTimeout(look, 50);
            look();
        </script>""",
    )
    collector.serve(
        "/next",
        "<script>footfall('Drawn', {props: {prerendered: document.prerendering}})</script>"
        "<script>fetch('/drawn')</script>",
    )
    command = [CHROMIUM, "--headless", *CHROMIUM_ARGUMENTS, f"--user-data-dir={tmp_path}"]
    with subprocess.Popen([*command, start], stderr=subprocess.DEVNULL) as chromium:
        try:
            collector.wait_for_visit("/drawn")
            before = list(collector.hits)
            collector.serve_bare("/signal", "Go ahead")
            hits = collector.wait(2)
        finally:
            chromium.terminate()

    assert ([], [("Drawn", {"prerendered": True}), ("pageview", None)]) == (
        before,
        sorted((hit["n"], hit.get("p")) for hit in hits),
    )
