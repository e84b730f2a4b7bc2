"""Two people with the same site open: what one changes, the other sees."""

import sqlite3
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Complaints, fill_in
from tests.prepared import OUTSIDER, PASSWORD
from tests.server import Server

pytestmark = pytest.mark.stack


@pytest.fixture
def mine(context: BrowserContext, owner_cookies: list, page: Page) -> Page:
    """A page of the owner's."""
    context.add_cookies(owner_cookies)
    return page


@pytest.fixture
def theirs(browser: Browser, running: Server, domain: str):
    """A page of another person's, who is in the site's team, in a browser of their own."""
    with closing(sqlite3.connect(running.data / "footfall.sqlite3", timeout=10)) as database:
        database.execute(
            "INSERT OR IGNORE INTO tracking_member (team_id, user_id, role, joined_at)"
            " SELECT team_id, accounts_user.id, 'owner', CURRENT_TIMESTAMP"
            " FROM tracking_site, accounts_user WHERE domain = ? AND email = ?",
            (domain, OUTSIDER),
        )
        database.commit()
    with httpx.Client(base_url=running.url) as client:
        client.get("/sign-in")
        fill_in(client, "/sign-in", login=OUTSIDER, password=PASSWORD)
        session = client.cookies["sessionid"]
    context = browser.new_context()
    context.set_default_timeout(10_000)
    complaints = Complaints(context)
    context.add_cookies([{"name": "sessionid", "value": session, "url": running.url}])
    yield context.new_page()
    context.close()
    assert [] == complaints.unexpected()


def send_first_visit(client: httpx.Client, domain: str) -> None:
    """A new site shows how to count visits instead of a chart."""
    body = {"n": "pageview", "d": domain, "u": f"https://{domain}/"}
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    for _ in range(50):
        answer = client.post("/api/event", json=body, headers=agent)
        if "x-footfall-dropped" not in answer.headers and answer.status_code == 202:
            return
    raise AssertionError(answer.text)


def wait_for_visit(client: httpx.Client, running: Server, domain: str) -> None:
    send_first_visit(client, domain)
    for _ in range(100):
        if "data-current" in client.get(f"/sites/{domain}/?period=today").text:
            return
    raise AssertionError("no visit")


def add_note(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/notes")
    page.get_by_label("What happened").fill(text)
    page.get_by_role("button", name="Add the note").click()


def test_a_note_appears_on_the_other_s_report_and_its_list(
    mine, theirs, running, domain, owner_client
):
    address = f"{running.url}/sites/{domain}"
    fill_in(owner_client, f"/sites/{domain}/notes", text="Campaign", day="2020-01-01")
    add_note(theirs, address, "First")
    listed = theirs.context.new_page()
    listed.goto(f"{address}/notes")
    listed.get_by_label("What happened").fill("Half a sent")
    mine.goto(f"{address}/live")
    expect(mine.locator("#state")).to_have_text("Live")

    add_note(mine.context.new_page(), address, "Release 2")

    said = "owner added the note “Release 2”"
    expect(listed.locator(".toasts")).to_contain_text(said)
    expect(listed.locator("#notes")).to_contain_text("Release 2")
    expect(mine.locator(".toasts")).to_contain_text(said)
    assert "Half a sent" == listed.get_by_label("What happened").input_value()


def test_a_note_appears_on_the_other_s_chart_of_days_gone_by(
    mine, theirs, running, domain, owner_client
):
    wait_for_visit(owner_client, running, domain)
    address = f"{running.url}/sites/{domain}"
    theirs.goto(f"{address}/?period=30d&interval=week")
    expect(theirs.locator("#figure-visitors")).to_be_visible()

    add_note(mine, address, "Release 2")

    expect(theirs.locator(".notes")).to_contain_text("Release 2")
    expect(theirs.locator("#step-week")).to_have_attribute("aria-current", "true")


def test_a_segment_comes_into_the_other_s_menu_once_it_is_closed(
    mine, theirs, running, domain, owner_client
):
    wait_for_visit(owner_client, running, domain)
    theirs.goto(f"{running.url}/sites/{domain}/?period=today")
    menu = theirs.locator("#report-tools details").first
    menu.locator("summary").click()

    fill_in(
        owner_client,
        f"/sites/{domain}/segments/save",
        f="is,visit:country,DE",
        name="Germans",
        shared="on",
    )

    expect(theirs.locator(".toasts")).to_contain_text("owner added the segment “Germans”")
    expect(menu).to_have_attribute("open", "")
    theirs.keyboard.press("Escape")
    theirs.locator("body").click(position={"x": 5, "y": 5})
    expect(theirs.locator("#report-tools")).to_contain_text("Germans")


def test_changed_settings_are_offered_and_what_is_typed_stays(
    mine, theirs, running, domain, owner_client
):
    theirs.goto(f"{running.url}/sites/{domain}/hits")
    theirs.get_by_label("Blocked pages").fill("/mine")
    mine.goto(f"{running.url}/sites/{domain}/hits")

    mine.get_by_label("Blocked pages").fill("/theirs")
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator(".messages")).to_contain_text("saved")

    expect(theirs.locator("#changed")).to_contain_text("owner changed the rules for hits")
    assert "/mine" == theirs.get_by_label("Blocked pages").input_value()
    theirs.get_by_role("link", name="Load the page again").click()
    expect(theirs.get_by_label("Blocked pages")).to_have_value("/theirs")


def test_what_was_changed_while_the_line_was_down_is_heard_afterwards(
    mine, complaints, running, domain, owner_client
):
    complaints.expect("WebSocket connection")
    mine.goto(f"{running.url}/sites/{domain}/live")
    expect(mine.locator("#state")).to_have_text("Live")
    mine.context.set_offline(True)
    running.stop()
    running.start()
    fill_in(owner_client, f"/sites/{domain}/notes", text="Meanwhile", day="2020-01-01")
    mine.context.set_offline(False)

    expect(mine.locator(".toasts")).to_contain_text("owner added the note “Meanwhile”")
