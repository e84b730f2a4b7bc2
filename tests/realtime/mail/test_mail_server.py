"""Mail over SMTP with STARTTLS and a password, to a server on loopback."""

import pytest

from proj import email_url
from realtime.mail import outbox
from realtime.mail.outbox import send
from realtime.models import OutgoingMail
from tests.smtp import LOGIN, MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_server(tmp_path, monkeypatch, settings):
    with MailServer(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        use(settings, running.url)
        settings.DEFAULT_FROM_EMAIL = "Footfall <footfall@example.com>"
        settings.PUBLIC_URL = "https://stats.example.com"
        yield running


def use(settings, url: str) -> None:
    for name, value in email_url.parse(url).settings.items():
        setattr(settings, name, value)


def test_mail_arrives_with_both_bodies(mail_server):
    send("password_changed", "ada@example.com", {"email": "ada@example.com"})

    outbox.send_due()

    [message] = mail_server.taken
    assert [("footfall@example.com", ["ada@example.com"])] == mail_server.envelopes
    assert ("Your Footfall password was changed", "Footfall <footfall@example.com>") == (
        message["Subject"],
        message["From"],
    )
    for kind in ("plain", "html"):
        body = message.get_body([kind])
        assert body is not None
        assert "It was done in your account, ada@example.com" in body.get_content()


def test_wrong_password_keeps_the_mail(mail_server, settings):
    use(settings, mail_server.url.replace(LOGIN, "footfall%40example.com:guess"))
    send("password_changed", "ada@example.com", {"email": "ada@example.com"})

    outbox.send_due()

    assert ([], 1) == (mail_server.taken, OutgoingMail.objects.count())


def test_server_that_nobody_vouches_for_gets_neither_password_nor_mail(mail_server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    send("password_changed", "ada@example.com", {"email": "ada@example.com"})

    outbox.send_due()

    assert ([], 1) == (mail_server.taken, OutgoingMail.objects.count())


def test_refused_recipient_is_logged_without_the_address(mail_server, caplog):
    mail_server.refused["eve@example.com"] = "550 eve@example.com is unknown"
    for address in ("eve@example.com", "ada@example.com"):
        send("password_changed", address, {"email": address})

    outbox.send_due()

    # The mail server of this test has a log too.
    log = "".join(each.getMessage() for each in caplog.records if each.name.startswith("realtime"))
    assert [["ada@example.com"]] == [to for _, to in mail_server.envelopes]
    assert (0, True, False) == (
        OutgoingMail.objects.count(),
        "mail_given_up" in log,
        "eve@" in log,
    )


def test_recipient_who_is_to_be_tried_later_is_kept(mail_server):
    mail_server.refused["ada@example.com"] = "451 come back later"
    send("password_changed", "ada@example.com", {"email": "ada@example.com"})

    outbox.send_due()

    assert 1 == OutgoingMail.objects.count()
