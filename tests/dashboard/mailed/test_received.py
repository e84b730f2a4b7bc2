"""A report as a mail server gets it, and as people then see it."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO

import pytest
from PIL import Image

from dashboard.mailed.sending import send_due
from proj import email_url
from realtime.mail import outbox
from realtime.subscriptions.models import Subscription
from tests.factories import EventFactory, SeatFactory
from tests.smtp import MailServer
from tracking.models import Goal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = (14, 17, 21, 19, 24, 9, 7, 18, 22, 25, 31, 27, 12, 10)
PAGES = ("/", "/beans", "/beans/ethiopia", "/grinders", "/about")
SOURCES = ("Google", "Direct / None", "DuckDuckGo", "News", "Mastodon")
COUNTRIES = ("DE", "AT", "GB", "NL", "JP")


@pytest.fixture
def mail_server(tmp_path, monkeypatch, settings):
    with MailServer(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        for name, value in email_url.parse(running.url).settings.items():
            setattr(settings, name, value)
        settings.PUBLIC_URL = "https://stats.example.com"
        yield running


def received(mail_server) -> EmailMessage:
    """The report of a shop with two weeks of visits."""
    seat = SeatFactory(site__domain="shop.example", user__email="ada@example.com")
    Goal.objects.create(site=seat.site, page_path="/grinders", display_name="Looked at grinders")
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for day, count in enumerate(DAYS):
        for number in range(count):
            place = (number * number + day) % 7 % 5
            EventFactory(
                site=seat.site,
                time=first + timedelta(days=day, minutes=7 * number),
                path=PAGES[place],
                source=SOURCES[place] if place != 1 else "",
                country=COUNTRIES[(place + number) % 5],
            )
    Subscription.objects.create(
        site=seat.site, user=seat.user, since=LONG_AGO, confirmed_at=LONG_AGO
    )
    assert 1 == send_due(NOW)
    outbox.send_due()
    [message] = mail_server.taken
    return message


def test_received_report_has_both_bodies_its_picture_and_a_way_out(mail_server):
    message = received(mail_server)

    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text
    assert html
    assert ["145" in body.get_content() for body in (text, html)] == [True, True]
    assert re.fullmatch(
        r"<https://stats\.example\.com/reports/unsubscribe\?token=\S+>",
        message["List-Unsubscribe"].strip(),
    )
    assert ("List-Unsubscribe=One-Click", "multipart/related") == (
        message["List-Unsubscribe-Post"],
        message.get_content_type(),
    )
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert ("<chart>", "inline") == (picture["Content-ID"], picture.get_content_disposition())
    image = Image.open(BytesIO(picture.get_content()))
    assert ("PNG", (1104, 512)) == (image.format, image.size)
