"""The whole road in a real browser and the real server: from the first start to a visit seen."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.prepared import OUTSIDER, PASSWORD
from tests.server import CHROME, Server

pytestmark = pytest.mark.stack

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def visit(browser: Browser, address: str, user_agent: str) -> BrowserContext:
    """Open a page in a browser of its own, which is still there when its beat has come."""
    context = browser.new_context(user_agent=user_agent)
    page = context.new_page()
    with page.expect_response("**/api/event"), page.expect_response("**/api/event/here"):
        page.goto(address)
    return context


def make_first_owner(page: Page, server: Server) -> None:
    link = re.search(r"http\S+/welcome\?key=\S+", server.output.read_text())
    assert link
    page.goto(link[0])
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    if (again := page.get_by_label(re.compile("again|confirm", re.IGNORECASE))).count():
        again.fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()


def add_site(page: Page) -> None:
    page.get_by_label("Domain").fill("www.shop.example")
    page.get_by_role("button", name="Add the site").click()


def sign_in(context: BrowserContext, server: Server, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def test_from_the_one_time_link_to_a_visit_that_appears_by_itself(server, browser, page, collector):
    snippet = f'<script defer data-domain="shop.example" src="{server.url}/js/script.js"></script>'
    beans = collector.serve_bare("/beans", snippet)
    cart = collector.serve_bare("/cart", snippet)
    make_first_owner(page, server)
    add_site(page)
    expect(page.get_by_role("heading", name="Waiting for the first visit")).to_be_visible()
    expect(page.locator("#script")).to_have_text(snippet)

    first = visit(browser, f"{beans}?utm_source=newsletter&utm_medium=email", CHROME)

    expect(page.get_by_role("heading", name="Your first visit arrived")).to_be_visible()
    page.get_by_role("link", name="Watch it live").click()
    rows = page.locator("#rows article")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("/beans")
    expect(rows.first).to_contain_text("newsletter")
    expect(page.locator("[data-online]").first).to_have_text("1")

    second = visit(browser, cart, FIREFOX)

    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("/cart")
    expect(page.locator("[data-online]").first).to_have_text("2")
    expect(page.locator("#here")).to_have_text("2 active")

    first.close()

    expect(page.locator("[data-online]").first).to_have_text("1")
    second.close()

    page.goto(f"{server.url}/sites/shop.example/")
    expect(page.get_by_text("/beans").first).to_be_visible()


def test_an_outsider_sees_neither_page_nor_feed_of_a_site(running, browser):
    other = browser.new_context()
    outsider = sign_in(other, running, OUTSIDER)
    answer = outsider.goto(f"{running.url}/sites/example.com/live")
    close_code = outsider.evaluate(
        """url => new Promise(done => {
             const socket = new WebSocket(url);
             socket.onmessage = message => done(message.data);
             socket.onclose = event => done(event.code);
             setTimeout(() => done("still open"), 10_000);
           })""",
        f"ws://localhost:{running.port}/ws/sites/example.com/feed?cursor=0",
    )

    assert answer
    assert (404, 4404) == (answer.status, close_code)
    other.close()
