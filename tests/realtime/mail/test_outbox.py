from datetime import UTC, datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from proj.email_url import LONGEST_TIMEOUT
from realtime.mail import outbox
from realtime.mail.outbox import send
from realtime.models import OutgoingMail
from tests.mail import delivered

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
# Connection, greeting, EHLO, STARTTLS, its handshake, EHLO, AUTH, MAIL, RCPT, DATA, text, QUIT.
STEPS_OF_SMTP = 12
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fails(monkeypatch, error: Exception) -> None:
    def refuse(self: EmailMultiAlternatives) -> int:
        raise error

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)


def post(to: str = ADA) -> None:
    send("password_changed", to, {"email": to})


def test_mail_waits_until_it_is_sent_and_is_then_gone():
    post()
    before = len(mail.outbox)

    [message] = delivered()

    assert (0, [ADA], 0) == (before, message.to, OutgoingMail.objects.count())


def test_mail_of_what_was_rolled_back_is_never_sent():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)

    assert [] == delivered()


def test_what_waits_shows_neither_address_nor_link():
    link = {"email": ADA, "password_reset_url": "https://stats.example.com/password?token=secret"}
    send("password_reset_key", ADA, link)

    kept = str(OutgoingMail.objects.values().get())

    assert (False, False) == (ADA in kept, "secret" in kept)


def test_what_nobody_can_read_any_more_is_dropped(settings):
    post()
    settings.SECRET_KEY = "another"

    assert ([], 0) == (delivered(), OutgoingMail.objects.count())


def test_what_was_written_under_an_earlier_key_is_sent(settings):
    post()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert 1 == len(delivered())


def test_server_without_mail_keeps_none(settings):
    settings.SENDS_MAIL = False

    post()

    assert 0 == OutgoingMail.objects.count()


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        SMTPServerDisconnected(),
        SMTPAuthenticationError(535, b"wrong password"),
        SMTPSenderRefused(550, b"not from here", "footfall@localhost"),
        SMTPRecipientsRefused({ADA: (451, b"greylisted")}),
        SMTPDataError(452, b"full"),
    ],
    ids=["refused", "late", "cut", "password", "sender", "greylisted", "full"],
)
def test_mail_that_may_be_taken_later_is_kept_and_sent_then(monkeypatch, time_machine, error):
    time_machine.move_to(NOW, tick=False)
    post()
    with monkeypatch.context() as broken:
        fails(broken, error)
        outbox.send_due()
    at_once = list(delivered())

    time_machine.move_to(NOW + timedelta(seconds=7), tick=False)

    assert ([], [[ADA]]) == (at_once, [message.to for message in delivered()])


@pytest.mark.parametrize(
    "error",
    [SMTPRecipientsRefused({ADA: (550, b"no ada@example.com")}), SMTPDataError(554, b"spam")],
    ids=["recipient", "text"],
)
def test_mail_refused_for_good_is_given_up_and_logged_without_the_address(
    monkeypatch, caplog, error
):
    post()
    fails(monkeypatch, error)

    outbox.send_due()

    assert (0, True) == (OutgoingMail.objects.count(), "mail_given_up" in caplog.text)
    assert ADA not in caplog.text


def test_pauses_grow_and_after_two_days_it_is_given_up(monkeypatch, time_machine):
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr("random.uniform", lambda low, high: 1)
    post()
    fails(monkeypatch, ConnectionRefusedError())
    tried = []
    while row := OutgoingMail.objects.first():
        tried.append(row.next_at - NOW)
        time_machine.move_to(row.next_at, tick=False)
        outbox.send_due()

    minutes = [round(each / timedelta(minutes=1), 1) for each in tried[:8]]
    assert [0, 0.1, 0.6, 2.6, 12.6, 42.6, 102.6, 162.6] == minutes
    assert timedelta(days=2) < tried[-1] < timedelta(days=2, hours=1, minutes=1)


def test_mail_of_a_killed_sender_is_sent_by_another_later(time_machine):
    time_machine.move_to(NOW, tick=False)
    post()
    outbox.claim(NOW)
    meanwhile = list(delivered())

    time_machine.move_to(NOW + outbox.BUSY, tick=False)

    assert (0, 1) == (len(meanwhile), len(delivered()))


def test_mail_is_nobody_elses_while_each_step_takes_as_long_as_it_may(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.EMAIL_TIMEOUT = LONGEST_TIMEOUT
    post()
    outbox.claim(NOW)

    last = NOW + STEPS_OF_SMTP * timedelta(seconds=LONGEST_TIMEOUT)

    assert outbox.claim(last) is None


def test_new_mail_goes_before_those_that_failed(time_machine):
    time_machine.move_to(NOW, tick=False)
    for attempts, minutes in ((3, -9), (0, -1), (1, -5)):
        at = NOW + timedelta(minutes=minutes)
        OutgoingMail.objects.create(
            name="password_changed", letter="", created_at=at, next_at=at, attempts=attempts
        )

    claimed = [outbox.claim(NOW) for _ in range(3)]

    assert [1, 2, 4] == [row.attempts for row in claimed if row]


def test_of_two_senders_one_gets_the_mail(time_machine):
    time_machine.move_to(NOW, tick=False)
    post()

    assert [True, False] == [outbox.claim(NOW) is not None for _ in range(2)]


def test_one_that_fails_keeps_no_other_from_being_sent(monkeypatch):
    post("bad@example.com")
    post()
    plain = EmailMultiAlternatives.send

    def refuse_one(self: EmailMultiAlternatives) -> int:
        if self.to == ["bad@example.com"]:
            raise ConnectionResetError
        return plain(self)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse_one)

    assert [[ADA]] == [message.to for message in delivered()]


def test_queue_that_is_down_keeps_nobody_from_the_page(
    monkeypatch, django_capture_on_commit_callbacks
):
    def down() -> None:
        raise ConnectionError

    monkeypatch.setattr("realtime.mail.outbox.post", down)

    with django_capture_on_commit_callbacks(execute=True):
        post()

    assert 1 == OutgoingMail.objects.count()


@pytest.mark.parametrize(
    ("waiting", "seconds"),
    [([], None), ([(0, None)], 0), ([(90, None), (30, None)], 30), ([(-5, 60)], 60)],
    ids=["none", "due", "the soonest", "being sent"],
)
def test_postman_rests_until_the_next_is_due(waiting, seconds):
    for next_at, busy in waiting:
        OutgoingMail.objects.create(
            name="password_changed",
            letter="",
            created_at=NOW,
            next_at=NOW + timedelta(seconds=next_at),
            busy_until=busy and NOW + timedelta(seconds=busy),
        )

    assert seconds == outbox.seconds_until_due(NOW)
