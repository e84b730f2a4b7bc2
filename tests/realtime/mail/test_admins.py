import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from realtime.mail.admins import tell_admins, wait_until_told
from realtime.models import OutgoingMail

FAILED = {"task": "drain", "error": "ValueError"}


def test_each_admin_is_told_without_a_database(settings):
    settings.ADMINS = [("a", "a@example.com"), ("b", "b@example.com")]

    tell_admins("task_failed", FAILED)

    wait_until_told()
    assert [["a@example.com"], ["b@example.com"]] == [message.to for message in mail.outbox]


@pytest.mark.django_db(transaction=True)
def test_mail_that_fails_waits_in_the_outbox(settings, monkeypatch):
    def refuse(self: EmailMultiAlternatives) -> int:
        raise ConnectionRefusedError

    settings.ADMINS = [("a", "a@example.com")]
    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)

    tell_admins("task_failed", FAILED)

    wait_until_told()
    assert ["task_failed"] == [row.name for row in OutgoingMail.objects.all()]


def test_server_without_mail_tells_nobody(settings):
    settings.ADMINS = [("a", "a@example.com")]
    settings.SENDS_MAIL = False

    tell_admins("task_failed", FAILED)

    wait_until_told()
    assert [] == mail.outbox
