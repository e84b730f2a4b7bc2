"""What only a browser can show of accounts: passkeys."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import faults
from tests.prepared import OUTSIDER, PASSWORD
from tests.server import Server

pytestmark = pytest.mark.stack


@pytest.fixture
def keyring(page: Page) -> None:
    """A device that keeps passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.usefixtures("keyring")
def test_passkey_signs_in_in_the_place_of_a_password_and_behind_one(running: Server, page: Page):
    page.goto(f"{running.url}/sign-in")
    page.get_by_label("E-mail address").fill(OUTSIDER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.goto(f"{running.url}/account/passkeys/add")
    assert [] == faults(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    assert [] == faults(page)
    page.get_by_label("Name").fill("This laptop")
    page.get_by_role("button", name="Add the passkey").click()

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert [] == faults(page)
    page.goto(f"{running.url}/account/sign-in")
    expect(page.get_by_role("heading", name="This laptop")).to_be_visible()
    assert [] == faults(page)

    sign_out(page)
    page.goto(f"{running.url}/sign-in?next=/keys")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/keys")

    sign_out(page)
    page.get_by_label("E-mail address").fill(OUTSIDER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One step more")).to_be_visible()
    assert [] == faults(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/sites/")


def sign_out(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".menu-end > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
