"""Reports that come back."""

import io
from smtplib import SMTPDataError, SMTPRecipientsRefused
from types import SimpleNamespace

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command

from realtime.mail import outbox
from realtime.mail.letter import write
from realtime.subscriptions import bounces, tokens
from realtime.subscriptions.models import Subscription
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


def subscription() -> Subscription:
    return Subscription.objects.create(site=SiteFactory(), email=ADA)


def notification(
    message_id: str, action: str = "failed", status: str = "5.1.1", whole: bool = True
) -> bytes:
    """As RFC 3464 has it: a text for people, the status, and the mail or its head."""
    head = f"Message-ID: {message_id}\r\nSubject: A report\r\n\r\n"
    original = f"Content-Type: message/rfc822\r\n\r\n{head}The text.\r\n"
    if not whole:
        original = f"Content-Type: text/rfc822-headers\r\n\r\n{head}"
    parts = [
        "Content-Type: text/plain\r\n\r\nSorry.\r\n",
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ADA}\r\nAction: {action}\r\nStatus: {status}\r\n",
        original,
    ]
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    head = 'From: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
    return f"{head}\r\nMIME-Version: 1.0\r\n\r\n{body}".encode()


def reason(row: Subscription) -> str:
    row.refresh_from_db()
    return row.paused_because


@pytest.mark.parametrize("whole", [True, False], ids=["with the mail", "with its head"])
def test_mail_that_came_back_for_good_pauses_its_subscription(whole):
    row, other = subscription(), Subscription.objects.create(site=SiteFactory(), email=ADA)

    found = bounces.read(notification(tokens.message_id(row.pk), whole=whole))

    assert (row.pk, "Mail to the address came back (status 5.1.1).", "") == (
        found,
        reason(row),
        reason(other),
    )


def test_first_reason_stays():
    row = subscription()

    for status in ("5.1.1", "5.7.1"):
        bounces.read(notification(tokens.message_id(row.pk), "failed", status))

    assert "Mail to the address came back (status 5.1.1)." == reason(row)


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.2.2"), ("failed", "4.4.7"), ("delivered", "2.0.0"), ("relayed", "5.0.0")],
)
def test_what_may_arrive_yet_pauses_nothing(action, status):
    row = subscription()

    assert bounces.read(notification(tokens.message_id(row.pk), action, status)) is None
    assert "" == reason(row)


def test_message_id_that_somebody_made_up_pauses_nothing():
    row = subscription()
    real = tokens.message_id(row.pk)
    forged = real.replace(f"report.{row.pk}.", f"report.{row.pk + 1}.")
    other = Subscription.objects.create(pk=row.pk + 1, site=SiteFactory(), email=ADA)

    assert bounces.read(notification(forged)) is None
    assert "" == reason(other)


@pytest.mark.parametrize("message", [b"", b"\xff\x00", b"Subject: Away\r\n\r\nHolidays."])
def test_other_mails_are_passed_over(message):
    assert bounces.read(message) is None


def test_message_id_of_an_earlier_key_is_known(settings):
    row = subscription()
    written = tokens.message_id(row.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert row.pk == bounces.read(notification(written))


def test_command_reads_what_a_mail_server_pipes_into_it(monkeypatch, capsys):
    row = subscription()
    piped = io.BytesIO(notification(tokens.message_id(row.pk)))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=piped))

    call_command("mail_bounce")

    assert "Paused a report.\n" == capsys.readouterr().out
    assert "" != reason(row)


def refused(monkeypatch, row: Subscription, error: Exception) -> None:
    def refuse(self: EmailMultiAlternatives) -> int:
        raise error

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    more = {"message_id": tokens.message_id(row.pk)}
    outbox.keep("report_site", write("password_changed", ADA, {"email": ADA}, **more))
    outbox.send_due()


def test_recipient_whom_the_mail_server_refuses_for_good_pauses_the_subscription(monkeypatch):
    row = subscription()

    refused(monkeypatch, row, SMTPRecipientsRefused({ADA: (550, b"no such user")}))

    assert "The mail server refused the address (code 550)." == reason(row)


@pytest.mark.parametrize(
    "error",
    [SMTPRecipientsRefused({ADA: (451, b"greylisted")}), SMTPDataError(554, b"spam")],
    ids=["for now", "the text"],
)
def test_other_refusals_pause_nothing(monkeypatch, error):
    row = subscription()

    refused(monkeypatch, row, error)

    assert "" == reason(row)
