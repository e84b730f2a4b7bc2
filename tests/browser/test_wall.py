"""The wall in a real browser, against the real server."""

import json
import time

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import add_site, fill_in
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack


@pytest.fixture
def wall(context: BrowserContext, owner_cookies: list, page: Page, running: Server) -> Page:
    """A page of the owner's."""
    context.add_cookies(owner_cookies)
    return page


def send(running: Server, domain: str, path: str) -> None:
    """A hit of a visitor in Vienna; the server hears of a new site within a second."""
    body = {"n": "pageview", "d": domain, "u": f"https://{domain}{path}"}
    headers = {"user-agent": CHROME, "x-forwarded-for": "84.112.3.9"}
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = httpx.post(f"{running.url}/api/event", content=json.dumps(body), headers=headers)
        if answer.status_code == 202 and "x-footfall-dropped" not in answer.headers:
            return
        time.sleep(0.1)
    raise AssertionError(answer.text)


def make_link(client: httpx.Client, **fields: str) -> str:
    """The address of a new link to the owner's wall."""
    fill_in(client, "/wall/links", **fields)
    page = client.get("/wall/links").text
    return page.partition("/wall/")[2] and page.split('id="url-')[1].split(">")[1].split("<")[0]


def tile(page: Page, domain: str):
    return page.locator(".wall-tile").filter(has_text=domain)


def domains(page: Page) -> list[str]:
    return page.locator(".wall-site").all_text_contents()


def test_a_visit_appears_in_the_tile_of_its_site(wall, running, domain):
    wall.goto(f"{running.url}/wall")
    expect(tile(wall, domain)).to_contain_text("No visit yet")

    send(running, domain, "/pricing")

    shown = tile(wall, domain)
    expect(shown.locator(".wall-visit")).to_contain_text("Vienna · /pricing · Direct")
    expect(shown.locator(".wall-figure")).to_have_text("1")
    expect(shown.locator(".wall-views")).to_have_text("1 pageview")
    expect(shown.locator(".wall-top-page bdi")).to_have_text("/pricing")


def test_the_busiest_site_comes_first_where_that_is_asked_for(wall, running, owner_client, domain):
    send(running, domain, "/")
    wall.goto(f"{running.url}/wall?order=busy")
    expect(tile(wall, domain).locator(".wall-figure")).to_have_text("1")
    expect(wall.locator(".wall-tile").first.locator(".wall-figure")).not_to_have_text("0")


def test_a_television_without_an_account_shows_the_chosen_site_until_it_is_revoked(
    page, complaints, running, owner_client, domain
):
    number = owner_client.get("/wall/links").text.split(f"{domain}")[0].rsplit('value="', 1)[1]
    address = make_link(owner_client, name=domain, sites=number.partition('"')[0])
    page.goto(address)
    expect(page.locator(".wall-site")).to_have_text([domain])
    expect(page.locator("#state")).to_have_text("Live")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    send(running, domain, "/pricing")

    expect(tile(page, domain)).to_contain_text("/pricing")
    assert 0 == page.locator("a.wall-site, .wall-site a").count()


def test_a_wall_comes_back_after_the_server_was_away(wall, complaints, running, domain):
    complaints.expect("WebSocket connection")
    complaints.expect("ERR_CONNECTION_REFUSED")
    wall.goto(f"{running.url}/wall")
    expect(wall.locator("#state")).to_have_text("Live")

    running.stop()
    expect(wall.locator("#state")).to_have_text("Reconnecting…")
    running.start()
    send(running, domain, "/back")

    expect(wall.locator("#state")).to_have_text("Live")
    expect(tile(wall, domain)).to_contain_text("/back")


def test_full_screen_fills_it_and_shows_a_clock_and_pages_that_can_be_held(
    wall, running, owner_client
):
    for number in range(12):
        add_site(owner_client, f"page-{number}.example")
    wall.set_viewport_size({"width": 1280, "height": 720})
    wall.goto(f"{running.url}/wall")
    expect(wall.locator(".wall-tile").nth(12)).to_be_visible()

    wall.get_by_role("button", name="Full screen").click()

    expect(wall.locator(".bar")).to_be_hidden()
    expect(wall.locator("#clock")).not_to_be_empty()
    expect(wall.locator("#page")).to_contain_text("1 of ")
    first = domains(wall)
    wall.keyboard.press("ArrowRight")
    expect(wall.locator("#page")).to_contain_text("2 of ")
    assert set() == set(first) & set(domains(wall))
    wall.get_by_role("button", name="Hold this page").click()
    expect(wall.locator("#hold")).to_have_attribute("aria-pressed", "true")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/wall", 1280),
        ("/wall", 390),
        ("/wall?tv", 1920),
        ("/wall/links", 1280),
        ("/wall/links", 390),
    ],
)
def test_pages_are_accessible_and_not_wider_than_the_screen(
    wall, running, domain, scheme, path, width
):
    wall.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    wall.set_viewport_size({"width": width, "height": 900})
    wall.goto(f"{running.url}{path}")
    if "links" not in path:
        expect(wall.locator("#state")).to_have_text("Live")
        expect(wall.locator(".wall-figure").first).to_have_text("0")

    violations = Axe().run(wall).response["violations"]

    assert [] == [(each["id"], each["nodes"][0]["html"]) for each in violations]
    assert wall.evaluate("document.documentElement.scrollWidth") <= width


def test_a_screen_that_is_older_than_the_server_loads_its_page_again(wall, running):
    newer = json.dumps({"type": "hello", "cursor": 0, "script": "/static/js/wall.newer.js"})
    wall.route_web_socket("**/ws/wall*", lambda socket: socket.send(newer))
    wall.clock.install()
    wall.goto(f"{running.url}/wall")
    expect(wall.locator("#state")).to_have_text("Live")

    with wall.expect_navigation():
        wall.clock.run_for(11_000)
