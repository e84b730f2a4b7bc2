"""The ingest debugger in a real browser, against the real server."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC
from itertools import product

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, WebSocketRoute, expect

from realtime.debugger import frames
from realtime.debugger.hits import ShownHit, render
from tests.realtime.debugger.traces import accepted, refused
from tests.server import CHROME, Server
from tracking.enrich.trace import Trace

pytestmark = pytest.mark.stack

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def context(browser: Browser, owner_cookies: list) -> Iterator[BrowserContext]:
    # Chromium calls itself headless otherwise, which makes it a bot.
    context = browser.new_context(user_agent=CHROME)
    context.add_cookies(owner_cookies)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def address(running: Server, domain: str) -> str:
    return f"{running.url}/sites/{domain}/debugger"


@pytest.fixture
def send(running: Server, domain: str) -> Callable[..., None]:
    def send_hit(path: str = "/", referrer: str = "", called: str = domain, **headers: str) -> None:
        body = {"n": "pageview", "d": called, "u": f"https://{domain}{path}", "r": referrer}
        headers |= {"content-type": "text/plain", "user-agent": CHROME}
        httpx.post(f"{running.url}/api/event", content=json.dumps(body), headers=headers)

    return send_hit


def open_debugger(page: Page, address: str) -> None:
    """Open the page and wait until accepting processes know that somebody watches."""
    page.goto(address)
    expect(page.locator("#state")).to_have_text("Watching")
    expect(page.get_by_role("button", name="Send a test hit")).to_be_enabled()


def play(page: Page, *messages: str) -> list[WebSocketRoute]:
    """Have these frames come over the page's line instead of the server's."""
    lines: list[WebSocketRoute] = []

    def begin(line: WebSocketRoute) -> None:
        lines.append(line)
        for message in (frames.HELLO, *messages):
            line.send(message)

    page.route_web_socket("**/debugger*", begin)
    return lines


def frame(number: int, *traces: Trace, skipped: int = 0) -> str:
    return frames.hits(number, [render(ShownHit.of(trace), UTC) for trace in traces], skipped)


def rows(page: Page) -> list[str]:
    """The pages of the rows that can be seen."""
    return page.locator("#rows .hit:visible .hit-page").all_text_contents()


def step(page: Page, name: str) -> Locator:
    """A row of the opened hit's steps."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def test_hit_appears_and_a_key_opens_its_steps(page, address, send):
    open_debugger(page, address)
    expect(page.get_by_role("heading", name="Waiting for hits")).to_be_visible()

    send("/beans?utm_campaign=may", "https://www.google.com/")

    row = page.locator("#rows .hit")
    expect(row).to_have_count(1)
    assert ["Accepted", "pageview", "/beans", "Google"] == [
        row.locator(part).inner_text()
        for part in (".hit-verdict", ".hit-name", ".hit-page", ".hit-source")
    ]
    row.locator("summary").press("Enter")
    expect(step(page, "Source").get_by_role("cell")).to_have_text(
        ["https://www.google.com/", "Google A site known by this name."]
    )


def test_test_hit_is_sent_and_shown(page, address):
    open_debugger(page, address)

    page.get_by_role("button", name="Send a test hit").click()

    expect(page.locator("#rows .hit .hit-page")).to_have_text("/footfall-test-hit")
    expect(page.locator(".toast")).to_have_text("Test hit sent")


def test_test_hit_that_fails_says_so(page, address, complaints):
    complaints.expect("503")
    open_debugger(page, address)
    page.route("**/api/event", lambda route: route.fulfill(status=503))

    page.get_by_role("button", name="Send a test hit").click()

    expect(page.locator(".toast")).to_have_text("The server answered 503")


def test_dropped_hit_names_its_reason(page, address):
    play(page, frame(1, refused(1, "opted_out", "/about")))

    page.goto(address)

    row = page.locator("#rows .hit")
    expect(row.locator(".hit-verdict")).to_have_text("Dropped: visitor opted out")
    row.locator("summary").click()
    expect(step(page, "Rules")).to_contain_text("Dropped: visitor opted out")


def test_hit_that_a_rule_refuses_is_shown_with_the_reason(page, address, send):
    open_debugger(page, address)

    send("/about", dnt="1")

    row = page.locator("#rows .hit")
    expect(row.locator(".hit-verdict")).to_have_text("Dropped: visitor opted out")
    expect(row.locator(".hit-page")).to_have_text("/about")


def test_hit_that_calls_its_site_by_a_wrong_name_is_shown(page, address, send, domain):
    open_debugger(page, address)

    send("/about", called="shop.invalid")

    expect(page.locator("#rows .hit-verdict")).to_have_text(
        f"Dropped: unknown site: the hit says shop.invalid, the page is on {domain}"
    )


def test_hostile_text_is_shown_and_does_nothing(page, address, send):
    opened = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    open_debugger(page, address)

    send(f"/{HOSTILE}?utm_source={HOSTILE}")

    expect(page.locator("#rows .hit-page")).to_have_text(f"/{HOSTILE}")
    page.locator("#rows summary").click()
    assert ([], 0) == (opened, page.locator("img[src=x]").count())


def test_filter_shows_one_kind_and_counts_all(page, address):
    play(page, frame(1, accepted(1, "/one"), refused(1, "bot", "/two"), accepted(1, "/three")))
    page.goto(address)
    expect(page.locator("#rows .hit")).to_have_count(3)

    page.get_by_role("button", name="Dropped 1").click()

    assert ["/two"] == rows(page)
    page.get_by_role("button", name="Accepted 2").click()
    assert ["/three", "/one"] == rows(page)
    page.get_by_role("button", name="All 3").click()
    assert ["/three", "/two", "/one"] == rows(page)


def test_filter_without_rows_says_what_that_means(page, address):
    play(page, frame(1, accepted(1)))
    page.goto(address)
    expect(page.locator("#rows .hit")).to_have_count(1)

    page.get_by_role("button", name="Dropped 0").click()

    expect(page.get_by_role("heading", name="No dropped hit yet")).to_be_visible()


def test_pause_holds_hits_until_resume(page, address):
    [line] = routed(page, address)
    line.send(frame(1, accepted(1, "/before")))
    expect(page.locator("#rows .hit")).to_have_count(1)

    page.get_by_role("button", name="Pause").click()
    line.send(frame(2, accepted(1, "/meanwhile")))

    resume = page.get_by_role("button", name="Resume · 1 new")
    expect(resume).to_have_attribute("aria-pressed", "true")
    assert ["/before"] == rows(page)
    resume.click()
    assert ["/meanwhile", "/before"] == rows(page)


def routed(page: Page, address: str) -> list[WebSocketRoute]:
    """Open the page on a line that the test plays."""
    lines = play(page)
    page.goto(address)
    expect(page.locator("#state")).to_have_text("Watching")
    return lines


def test_clear_takes_all_rows_away(page, address):
    play(page, frame(1, accepted(1), skipped=4))
    page.goto(address)
    expect(page.locator("#skipped")).to_have_text("4 more came too quickly to show")

    page.get_by_role("button", name="Clear").click()

    expect(page.locator("#rows .hit")).to_have_count(0)
    expect(page.get_by_role("heading", name="Waiting for hits")).to_be_visible()
    expect(page.locator("#skipped")).to_be_hidden()


def test_page_keeps_the_newest_two_hundred_hits(page, address):
    traces = [accepted(1, f"/{number}") for number in range(250)]
    play(page, *(frame(1 + at, *traces[at * 25 : at * 25 + 25]) for at in range(10)))

    page.goto(address)

    expect(page.locator("#rows .hit").first.locator(".hit-page")).to_have_text("/249")
    assert [f"/{number}" for number in range(249, 49, -1)] == rows(page)


def test_frames_are_acknowledged_by_their_number(page, address):
    said: list[str] = []
    [line] = routed(page, address)
    line.on_message(lambda text: said.append(text))

    for number in range(1, 41):
        line.send(frame(number, accepted(1)))

    expect(page.locator("#rows .hit")).to_have_count(40)
    assert [19, 39] == [json.loads(text)["cursor"] for text in said]


def test_person_who_lost_access_is_told(page, address):
    page.route_web_socket("**/debugger*", lambda line: line.close(code=4404))

    page.goto(address)

    expect(page.locator("#state")).to_have_text("You can no longer see this site's hits")
    expect(page.get_by_role("button", name="Send a test hit")).to_be_disabled()


def test_page_watches_again_after_the_server_restarts(page, address, send, running, complaints):
    complaints.expect("WebSocket")
    open_debugger(page, address)
    running.stop()
    expect(page.locator("#state")).to_have_text("Reconnecting…")

    running.start()

    expect(page.locator("#state")).to_have_text("Watching", timeout=30_000)
    expect(page.locator(".hits-gap")).to_contain_text("hits of that time are not shown")
    expect(page.get_by_role("button", name="Send a test hit")).to_be_enabled()
    send("/after")
    expect(page.locator("#rows .hit .hit-page")).to_have_text("/after")


@pytest.mark.parametrize(("width", "scheme"), [*product((1280, 390), ("light", "dark"))])
def test_everybody_can_use_the_page(page, address, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    long = "/journal/" + "water-chemistry-for-filter-coffee-" * 4
    hits = accepted(1, long, user_agent=CHROME), refused(1, "address_limit", long)
    play(page, frame(1, *hits, skipped=3))
    page.goto(address)
    for summary in page.locator("#rows summary").all():
        summary.click()
    expect(page.locator("#rows details[open]")).to_have_count(2)
    # Its colours are those of a button that waits, until then.
    expect(page.get_by_role("button", name="Send a test hit")).to_be_enabled()

    violations = Axe().run(page).response["violations"]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert ([], 0) == ([(each["id"], each["help"]) for each in violations], max(overflow, 0))
