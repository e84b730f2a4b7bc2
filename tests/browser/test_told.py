"""What a person sets to be told of, in a real browser: alerts and reports by mail."""

import pytest
from playwright.sync_api import expect

from tests.browser.signing_in import sign_in
from tests.factories import SeatFactory
from tests.mail import delivered

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seat(context, client, live_server):
    """A site with its owner, who is signed in with this browser."""
    # Django's server for tests has no sockets, and the page that says so takes the next message.
    context.route_web_socket("**/ws/**", lambda _line: None)
    seat = SeatFactory(site__domain="northpeak.example")
    sign_in(context, client, live_server, seat.user)
    return seat


@pytest.fixture
def pages(live_server, seat) -> str:
    return f"{live_server.url}/sites/{seat.site.domain}"


def test_an_alert_is_made_tried_out_changed_and_removed(page, pages, seat):
    page.goto(f"{pages}/alerts")
    page.get_by_role("link", name="Fewer visitors than usual").click()
    page.get_by_role("link", name="A number").click()
    page.get_by_label("Number").fill("250")
    page.get_by_role("button", name="Add the alert").click()
    alerts = page.get_by_role("list", name="Alerts")
    expect(alerts).to_contain_text("More than 250 visitors online")
    expect(alerts).to_contain_text(seat.user.email)

    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text("On its way: mails 1, webhooks 0.")).to_be_visible()
    [mail] = delivered()
    assert [seat.user.email] == mail.to
    assert "250" in mail.body

    page.get_by_role("link", name="More than 250 visitors online").click()
    page.get_by_label("Number").fill("300")
    page.get_by_role("button", name="Save").click()
    expect(alerts).to_contain_text("More than 300 visitors online")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The alert is removed, and its history with it.")).to_be_visible()
    expect(alerts).to_have_count(0)


def test_a_report_by_mail_is_chosen_looked_at_and_sent_to_oneself(page, pages, seat):
    page.goto(f"{pages}/reports")
    page.get_by_label("Weekly", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Weekly: next on")).to_be_visible()

    page.get_by_role("link", name="Preview").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="northpeak.example")).to_be_visible()
    expect(mail.get_by_role("img")).to_be_visible()
    page.get_by_role("link", name="Monthly").click()
    expect(mail.get_by_text("Monthly report")).to_be_visible()

    page.get_by_role("link", name="Reports by mail").click()
    page.get_by_role("button", name="Send me one now").click()
    expect(page.get_by_text(f"A report is on its way to {seat.user.email}.")).to_be_visible()
    [sent] = delivered()
    assert [seat.user.email] == sent.to
    assert sent.subject.startswith("northpeak.example")
