"""The live page in a real browser, against the real server."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, product
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.conftest import PATIENCE, fill_in
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

VIENNA = "84.112.3.{}"
# No number of a new visitor.
ADA = 200
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
ROW = '<article class="visit" data-id="{0}"><div class="visit-line">row {0}</div></article>'

NOTE_LIGHT = """() => {
  window.lit = new Promise((done) => {
    const note = ([record]) => done(record.addedNodes[0]?.getAttribute("href"));
    new MutationObserver(note).observe(document.querySelector("#lights"), {childList: true});
  });
}"""

_numbers = count(1)


@pytest.fixture
def context(context: BrowserContext, owner_cookies: list) -> BrowserContext:
    context.add_cookies(owner_cookies)
    return context


@pytest.fixture
def send(running: Server, domain: str) -> Callable[..., None]:
    """Sends a hit from Vienna; the server hears of a new site within a second.

    It is a new visitor's unless `visitor` says whose it is, a number of the caller's own.
    """

    def send_hit(
        path: str = "/", referrer: str = "", visitor: int = 0, name: str = "pageview"
    ) -> None:
        body = {"n": name, "d": domain, "u": f"https://{domain}{path}", "r": referrer}
        headers = {
            "content-type": "text/plain",
            "user-agent": CHROME,
            "x-forwarded-for": VIENNA.format(visitor or next(_numbers)),
        }
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            url = f"{running.url}/api/event"
            answer = httpx.post(url, content=json.dumps(body), headers=headers)
            if answer.status_code == 202 and "x-footfall-dropped" not in answer.headers:
                return
            time.sleep(0.1)
        raise AssertionError(f"{answer.status_code} {answer.text} {dict(answer.headers)}")

    return send_hit


@pytest.fixture
def live(running: Server, domain: str) -> str:
    return f"{running.url}/sites/{domain}/live"


def complaints_of(page: Page) -> tuple[list[tuple[str, str]], int]:
    """What axe finds, and by how many pixels the page is too wide."""
    violations = Axe().run(page).response["violations"]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [(each["id"], each["help"]) for each in violations], max(overflow, 0)


def add_goal(owner: httpx.Client, domain: str, event_name: str) -> None:
    """A goal of the site, made in the admin."""
    asked = {"app_label": "tracking", "model_name": "goal", "field_name": "site", "term": domain}
    [site] = owner.get("/admin/autocomplete/", params=asked).json()["results"]
    form = "/admin/tracking/goal/add/"
    fill_in(owner, form, site=site["id"], event_name=event_name, props="{}")


def store_past(running: Server, domain: str, *paths: str) -> None:
    """Visits to pages four minutes ago, each by somebody else, brought by a file.

    Such are in the past of the live page, and never in its feed.
    """
    at = datetime.now(UTC) - timedelta(minutes=4)
    lines = [
        {
            "timestamp": at.isoformat(),
            "visitor": str(n),
            "name": "pageview",
            "url": f"https://{domain}{path}",
        }
        for n, path in enumerate(paths)
    ]
    running.manage("events_import", domain, "-", stdin="\n".join(map(json.dumps, lines)))


def open_live(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#state")).to_have_text("Live")


def paths(page: Page) -> list[str]:
    return page.locator("#rows .visit-page > bdi").all_text_contents()


def expect_paths(page: Page, expected: list[str]) -> None:
    expect(page.locator("#rows .visit")).to_have_count(len(expected))
    assert expected == paths(page)


def test_a_visit_appears_without_a_reload(page, live, send):
    open_live(page, live)
    expect(page.get_by_role("heading", name="No visits yet")).to_be_visible()

    send("/beans/ethiopia-guji", "https://www.instagram.com/")

    row = page.locator("#rows .visit")
    expect(row).to_have_count(1)
    assert [
        "Vienna, Austria",
        "Desktop · Chrome",
        "Instagram",
        "Organic Social",
        "/beans/ethiopia-guji",
        "",
        "1 page",
        "",
    ] == [text.strip() for text in row.locator(".visit-line > p > *").all_text_contents()]
    expect(page.locator(".headline")).to_have_text("1")
    expect(page.locator(".live-pill")).to_have_text("1 online now")
    expect(page.locator("#pageviews")).to_have_text("1 pageview")
    expect(page.locator("#panels .row-name")).to_have_text(
        ["/beans/ethiopia-guji", "Instagram", "Austria", "Desktop"]
    )
    expect(page.get_by_role("heading", name="No visits yet")).to_be_hidden()


def test_the_page_counts_ranks_and_maps_who_is_online(page, live, send, owner_client, domain):
    add_goal(owner_client, domain, "Signup")
    open_live(page, live)

    send("/join", "https://www.google.com/", visitor=ADA)
    send("/join", visitor=ADA, name="Signup")
    send("/prices")

    events = page.get_by_role("region", name="Events")
    expect(page.locator("#change")).to_have_text("2 more than five minutes ago")
    expect(page.locator("#lately")).to_have_text("2 in the last minute")
    expect(events.locator(".row-name")).to_have_text(["Signup"])
    expect(page.locator("#panels .row-share").first).to_contain_text("↑ 1")
    expect(page.locator("#countries use")).to_have_attribute("href", re.compile("#AT$"))
    table = page.get_by_role("table", name="People online by country")
    expect(table.get_by_role("row")).to_have_text(["Austria2"])
    heights = page.locator("#seconds rect").evaluate_all(
        "all => all.map(each => each.height.baseVal.value)"
    )
    assert (60, True) == (len(heights), max(heights) == 64)


def test_a_country_lights_up_when_a_visit_comes_from_it(page, live, send):
    open_live(page, live)
    page.evaluate(NOTE_LIGHT)

    send("/")

    assert page.evaluate("window.lit").endswith("#AT")
    expect(page.locator("#lights use")).to_have_count(0)


def test_a_row_grows_as_its_visit_goes_on(page, live, send):
    open_live(page, live)
    send("/beans", visitor=ADA)
    send("/other")
    expect(page.locator("#rows .visit")).to_have_count(2)

    send("/checkout", visitor=ADA)

    row = page.locator("#rows .visit").nth(1)
    expect(row.locator(".visit-page > bdi")).to_have_text("/checkout")
    expect(row.locator(".visit-page small")).to_have_text("from /beans")
    expect(row.locator(".visit-growth")).to_contain_text("2 pages")
    expect(page.locator("#rows .visit")).to_have_count(2)


def test_a_goal_that_is_reached_is_named_in_its_row(page, live, send, owner_client, domain):
    add_goal(owner_client, domain, "Signup")
    open_live(page, live)
    send("/join", visitor=ADA)
    expect(page.locator("#rows .visit")).to_have_count(1)

    send("/join", visitor=ADA, name="Signup")

    expect(page.locator("#rows .visit-goal")).to_have_text(["Signup"])
    page.reload()
    expect(page.locator("#rows .visit-goal")).to_have_text(["Signup"])


def test_a_paused_row_grows_when_it_is_resumed(page, live, send):
    open_live(page, live)
    send("/beans", visitor=ADA)
    expect(page.locator("#rows .visit")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()

    send("/checkout", visitor=ADA)
    expect(page.locator("#pageviews")).to_have_text("2 pageviews")
    shown = page.locator("#rows .visit-growth").inner_text()
    page.get_by_role("button", name="Resume").click()

    expect(page.locator("#rows .visit-growth")).to_contain_text("2 pages")
    assert "1 page" in shown


def test_a_click_on_a_ranked_row_filters_what_is_live(page, live, send, domain):
    open_live(page, live)
    send("/beans", "https://www.google.com/")
    send("/prices", "https://www.reddit.com/")
    expect(page.locator("#rows .visit")).to_have_count(2)

    page.get_by_role("region", name="Sources").get_by_text("Reddit").click()

    expect(page.get_by_role("list", name="Filters")).to_contain_text("Source is Reddit")
    expect(page.locator("#state")).to_have_text("Live")
    expect_paths(page, ["/prices"])
    expect(page.locator(".headline")).to_have_text("1")
    expect(page.locator(".live-pill")).to_have_text("2 online now")
    send("/other", "https://www.google.com/")
    send("/blog", "https://www.reddit.com/")
    expect_paths(page, ["/blog", "/prices"])
    expect(page.locator(".live-pill")).to_have_text("4 online now")
    page.get_by_role("region", name="Pages").get_by_text("/blog").click()
    expect(page.get_by_role("list", name="Filters").get_by_role("listitem")).to_have_count(3)
    expect_paths(page, ["/blog"])
    page.get_by_role("link", name="Remove the filter Source is Reddit").click()
    expect(page.get_by_role("list", name="Filters")).not_to_contain_text("Reddit")


def test_winding_back_shows_what_was_and_returning_what_is(page, live, send, running, domain):
    store_past(running, domain, "/then", "/then")
    open_live(page, live)
    send("/beans")
    expect(page.locator("#rows .visit")).to_have_count(1)
    slider = page.get_by_role("slider", name="Wind back")

    slider.fill("-3")

    expect(page.locator("#state")).to_contain_text(":")
    expect(page.locator("#past-rows .visit")).to_have_count(2)
    expect(page.locator(".headline")).to_have_text("2")
    expect(page.get_by_role("region", name="Pages online")).to_contain_text("/then")
    expect(page.locator("#rows")).to_be_hidden()
    assert re.search(r"[?&]moment=\d+", page.url)
    page.reload()
    expect(page.locator("#past-rows .visit")).to_have_count(2)
    expect(page.get_by_role("slider", name="Wind back")).to_have_value(re.compile("-[34]"))
    send("/meanwhile")
    expect(page.locator(".live-pill")).to_have_text("2 online now")
    page.get_by_role("link", name="Return to now").click()
    expect(page.locator("#state")).to_have_text("Live")
    expect(page.locator(".headline")).to_have_text("2")
    assert ["/meanwhile", "/beans"] == paths(page)
    assert "moment" not in page.url


def test_a_slider_is_wound_by_the_keyboard(page, live):
    open_live(page, live)
    slider = page.get_by_role("slider", name="Wind back")

    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("link", name="Return to now")).to_be_visible()
    expect(page.locator("#past-empty")).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d{4}, \d\d:\d\d"))
    page.keyboard.press("End")
    expect(page.locator("#state")).to_have_text("Live")
    expect(slider).to_have_attribute("aria-valuetext", "Now")


def test_a_moment_that_cannot_be_fetched_is_said(page, live, complaints):
    complaints.expect("503")
    page.route("**/live/at*", lambda route: route.fulfill(status=503))
    open_live(page, live)

    page.get_by_role("slider", name="Wind back").fill("-10")

    expect(page.locator("#state")).to_contain_text("could not be fetched")
    page.get_by_role("link", name="Return to now").click()
    expect(page.locator("#state")).to_have_text("Live")


def test_motion_is_turned_off_and_stays_off(page, live, send):
    open_live(page, live)
    button = page.get_by_role("button", name="Motion")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("#state")).to_have_text("Live")

    send("/beans")

    row = page.locator("#rows .visit.new")
    expect(row).to_have_count(1)
    assert "none" == row.evaluate("row => getComputedStyle(row).animationName")
    expect(page.locator("#lights use")).to_have_count(0)
    page.get_by_role("button", name="Motion").click()
    send("/prices")
    expect(row.first).to_have_css("animation-name", re.compile("open-row"))


def test_without_scripts_a_moment_is_a_snapshot(browser, owner_cookies, live, running, domain):
    store_past(running, domain, "/then")
    moment = int((time.time() - 120) * 1000)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(owner_cookies)
    still = plain.new_page()

    still.goto(f"{live}/at?moment={moment}")

    expect(still.locator("#past-rows .visit")).to_have_count(1)
    expect(still.locator(".headline")).to_have_text("1")
    still.get_by_role("link", name="Return to now").click()
    expect(still.locator("#state")).to_contain_text("As of")
    plain.close()


def test_an_alert_leads_to_its_moment(page, live, send, running, domain, owner_client):
    alerts = f"/sites/{domain}/alerts"
    fields = {"direction": "above", "limit": "1", "figure": "visits", "minutes": "60"}
    fill_in(owner_client, alerts, **fields)
    send("/beans")
    send("/prices")
    link = page.get_by_role("region", name="History").get_by_role("link")
    deadline = time.monotonic() + PATIENCE / 1000
    while not link.count() and time.monotonic() < deadline:
        page.goto(f"{running.url}{alerts}")

    link.click()

    expect(page.locator("#state")).to_have_attribute("data-state", "past")
    expect(page.locator("#past-rows .visit")).to_have_count(2)
    expect(page.locator(".headline")).to_have_text("2")
    assert re.search(r"/live\?moment=\d+$", page.url)


def test_hostile_text_is_shown_and_does_nothing(page, live, send):
    opened = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    open_live(page, live)

    send(f"/{quote(HOSTILE)}?utm_source={quote(HOSTILE)}")

    expect(page.locator("#rows .visit")).to_have_count(1)
    expect(page.locator("#panels .row-name")).to_have_count(4)
    assert HOSTILE in page.locator("#rows .visit-source").inner_text()
    assert 0 == page.locator("img[src=x]").count()
    page.reload()
    expect(page.locator("#state")).to_have_text("Live")
    assert HOSTILE in page.locator("#rows .visit-source").inner_text()
    assert ([], 0) == (opened, page.locator("img[src=x]").count())


def test_a_broken_line_goes_on_where_it_ended(page, live, send):
    lines: list[WebSocketRoute] = []

    def pass_on(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/feed*", pass_on)
    open_live(page, live)
    send("/one")
    expect(page.locator("#rows .visit")).to_have_count(1)

    lines[-1].close(code=1012)
    send("/two")
    send("/three")

    expect(page.locator("#rows .visit")).to_have_count(3)
    expect(page.locator("#state")).to_have_text("Live")
    send("/four")
    expect_paths(page, ["/four", "/three", "/two", "/one"])
    assert 2 == len(lines)


def test_a_page_without_its_server_says_so(page, live, complaints):
    complaints.expect("WebSocket")
    page.route_web_socket("**/feed*", lambda line: line.close(code=1012))

    page.goto(live)

    expect(page.locator("#state")).to_have_text("Reconnecting…")


def test_a_person_who_lost_access_is_told(page, live):
    page.route_web_socket("**/feed*", lambda line: line.close(code=4404))

    page.goto(live)

    expect(page.locator("#state")).to_have_text("You can no longer see this site")


def test_pause_holds_new_rows_until_resume(page, live, send):
    open_live(page, live)
    send("/before")
    expect(page.locator("#rows .visit")).to_have_count(1)

    page.get_by_role("button", name="Pause").click()
    send("/meanwhile")

    resume = page.get_by_role("button", name="Resume · 1 new")
    expect(resume).to_have_attribute("aria-pressed", "true")
    assert ["/before"] == paths(page)
    resume.click()
    expect_paths(page, ["/meanwhile", "/before"])
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_feed_keeps_the_newest_two_hundred_rows(page, live):
    html = "".join(ROW.format(number) for number in range(250, 0, -1))
    frames = [
        {"type": "hello", "cursor": 0, "empty": False},
        {"type": "visits", "cursor": 250, "count": 250, "html": html, "grown": []},
    ]

    def play(line: WebSocketRoute) -> None:
        for frame in frames:
            line.send(json.dumps(frame))

    page.route_web_socket("**/feed*", play)
    page.goto(live)

    expect(page.locator("#rows .visit")).to_have_count(200)
    assert "row 250" == page.locator("#rows .visit").first.inner_text()


def test_many_frames_are_acknowledged_by_their_cursor(page, live):
    acknowledged: list[str] = []

    def play(line: WebSocketRoute) -> None:
        line.on_message(lambda text: acknowledged.append(text))
        line.send(json.dumps({"type": "hello", "cursor": 0, "empty": False}))
        for number in range(1, 41):
            html = ROW.format(number)
            frame = {"type": "visits", "cursor": number, "count": 1, "html": html, "grown": []}
            line.send(json.dumps(frame))

    page.route_web_socket("**/feed*", play)
    page.goto(live)

    expect(page.locator("#rows .visit")).to_have_count(40)
    assert [19, 39] == [json.loads(text)["cursor"] for text in acknowledged]


def test_a_frame_that_comes_twice_is_shown_once(page, live):
    visit = {"type": "visits", "cursor": 1, "count": 1, "html": ROW.format(1), "grown": []}
    later = {"type": "visits", "cursor": 2, "count": 1, "html": ROW.format(2), "grown": []}

    def play(line: WebSocketRoute) -> None:
        for frame in ({"type": "hello", "cursor": 0, "empty": False}, visit, visit, later):
            line.send(json.dumps(frame))

    page.route_web_socket("**/feed*", play)
    page.goto(live)

    expect(page.locator("#rows .visit")).to_have_text(["row 2", "row 1"])


def test_a_new_row_does_not_move_where_motion_is_unwanted(page, live, send):
    page.emulate_media(reduced_motion="reduce")
    open_live(page, live)
    send("/beans")
    row = page.locator("#rows .visit.new")
    expect(row).to_have_count(1)
    assert "none" == row.evaluate("row => getComputedStyle(row).animationName")


def test_without_scripts_the_page_is_a_snapshot(browser, owner_cookies, page, live, send):
    open_live(page, live)
    send("/beans")
    expect(page.locator("#rows .visit")).to_have_count(1)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(owner_cookies)

    still = plain.new_page()
    still.goto(live)

    assert ["/beans"] == paths(still)
    expect(still.locator(".headline")).to_have_text("1")
    expect(still.locator("#state")).to_contain_text("As of")
    expect(still.locator("#pause")).to_be_hidden()
    plain.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [*product((1280, 390), ("light", "dark"))],
)
def test_everybody_can_use_the_page(page, live, send, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_live(page, live)
    send("/journal/water-chemistry-for-filter-coffee", "https://www.google.com/")
    expect(page.locator("#rows .visit")).to_have_count(1)
    expect(page.locator("#panels .row")).to_have_count(4)

    assert ([], 0) == complaints_of(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_everybody_can_use_a_filtered_page_and_a_moment(page, live, send, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_live(page, live)
    send("/beans")
    expect(page.locator("#panels .row")).to_have_count(4)
    page.goto(f"{live}?f=is,event:page,/beans")
    expect(page.locator("#state")).to_have_text("Live")
    filtered = complaints_of(page)

    page.get_by_role("slider", name="Wind back").fill("-2")
    expect(page.get_by_role("link", name="Return to now")).to_be_visible()

    assert [([], 0), ([], 0)] == [filtered, complaints_of(page)]


def test_a_report_follows_the_visits_except_where_the_person_points(page, running, domain, send):
    send("/first", "https://www.instagram.com/")
    page.goto(f"{running.url}/sites/{domain}/?period=today")
    sources = page.get_by_role("region", name="Sources", exact=True)
    pages = page.get_by_role("region", name="Pages", exact=True)
    expect(sources).to_contain_text("Instagram")
    sources.hover()

    send("/second", "https://www.reddit.com/")

    expect(pages).to_contain_text("/second")
    expect(page.locator("#figure-visitors .figure-value")).to_have_text("2")
    expect(sources).not_to_contain_text("Reddit")
    page.mouse.move(0, 0)
    expect(sources).to_contain_text("Reddit")


def test_a_paused_report_stays_as_it_is(page, running, domain, send):
    send("/first")
    page.goto(f"{running.url}/sites/{domain}/?period=today")
    pages = page.get_by_role("region", name="Pages", exact=True)
    expect(pages).to_contain_text("/first")
    page.get_by_role("button", name="Live").click()

    send("/second")
    expect(page.locator(".live-pill [data-online]")).to_have_text("2")
    shown = pages.inner_text()
    page.get_by_role("button", name="Paused").click()

    assert "/second" not in shown
    expect(pages).to_contain_text("/second")
