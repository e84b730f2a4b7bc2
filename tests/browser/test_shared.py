"""A shared report in a browser without an account, against the real server."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import fill_in
from tests.browser.test_wall import send

pytestmark = pytest.mark.stack


def test_a_shared_report_follows_the_visits(page, running, domain, owner_client):
    fill_in(owner_client, f"/sites/{domain}/sharing/public", public="yes")
    send(running, domain, "/first")
    page.goto(f"{running.url}/share/{domain}/?period=today")
    pages = page.get_by_role("region", name="Pages", exact=True)
    expect(pages).to_contain_text("/first")
    page.mouse.move(0, 0)

    send(running, domain, "/second")

    expect(pages).to_contain_text("/second")
    expect(page.locator(".live-pill [data-online]")).to_have_text("1")
