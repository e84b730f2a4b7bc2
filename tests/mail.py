"""Mail in tests: what the code under test sent, delivered to where Django's tests look."""

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from realtime.mail import outbox


def delivered() -> list[EmailMultiAlternatives]:
    """All mails that were sent so far, as they went out."""
    outbox.send_due()
    return mail.outbox
