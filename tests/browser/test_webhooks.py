"""An owner adds a webhook, tests it, and sends again what failed."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.prepared import OWNER, PASSWORD, prepared
from tests.realtime.out.receivers import receiving
from tests.server import Server

pytestmark = pytest.mark.stack

HOOKS = "/sites/example.com/webhooks"


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may call this machine."""
    folder = tmp_path_factory.mktemp("calling")
    with prepared(Server(folder, FOOTFALL_WEBHOOK_NETWORKS="127.0.0.0/8")) as server:
        yield server


@pytest.fixture
def owner(page: Page, calling: Server) -> Page:
    """A page of the owner's."""
    page.goto(f"{calling.url}/sign-in")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sites/")
    return page


def add(owner: Page, calling: Server, url: str) -> None:
    owner.goto(f"{calling.url}{HOOKS}")
    owner.get_by_label("Address").fill(url)
    owner.get_by_role("button", name="Add the webhook").click()
    expect(owner.get_by_role("heading", name="The webhook's secret")).to_be_visible()


def test_added_webhook_is_tested_and_the_log_shows_how_it_went(owner, calling):
    with receiving(200) as receiver:
        add(owner, calling, receiver.url)
        expect(owner.locator("#secret")).to_have_text(re.compile("^whsec_"))
        owner.get_by_role("button", name="Send a test").click()
        # Without loading the page again.
        expect(owner.locator("#log").get_by_text("Delivered")).to_be_visible()

        owner.locator("#log summary").focus()
        owner.keyboard.press("Enter")
        expect(owner.get_by_label("What was sent")).to_contain_text('"type": "test"')
        expect(owner.get_by_label("The answer's beginning")).to_have_text("<b>thanks</b>")

        owner.get_by_role("button", name=re.compile("^Send again")).click()
        expect(owner.locator("#log").get_by_text("Delivered")).to_be_visible()

    assert 2 == len(receiver.received)
    assert 1 == len(set(receiver.ids))


def test_log_that_somebody_reads_stays_open(owner, calling):
    with receiving(500) as receiver:
        add(owner, calling, receiver.url)
        owner.get_by_role("button", name="Send a test").click()
        row = owner.locator("#log")
        expect(row.get_by_text("Waiting").last).to_be_visible()
        row.locator("summary").click()
        owner.wait_for_timeout(2500)

        expect(row.locator("details")).to_have_attribute("open", "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_of_a_webhook_is_readable_for_everybody(owner, calling, scheme, width):
    owner.set_viewport_size({"width": width, "height": 800})
    owner.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    with receiving(500) as receiver:
        add(owner, calling, f"{receiver.url}/{'long' * 40}")
        owner.get_by_role("button", name="Send a test").click()
        owner.locator("#log summary").click()

    assert [] == [each["id"] for each in Axe().run(owner).response["violations"]]
    assert width >= owner.evaluate("document.documentElement.scrollWidth")
