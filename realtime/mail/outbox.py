"""Mails wait in the database, in the transaction that they tell of, until a server has taken them.

So none goes out for what was rolled back, and none is lost with a process. One whose sender is
killed between the server's taking it and the note of that is sent once more, under the same
Message-ID: SMTP knows no better.
"""

import json
import random
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.dispatch import Signal
from django.utils import timezone

from realtime.mail.asking import post
from realtime.mail.letter import Letter, write
from realtime.mail.models import OutgoingMail
from tracking.ciphers import cipher

logger = structlog.get_logger(__name__)

PURPOSE = "mail"
# Before the second attempt, the third, and so on; then the last of them again and again.
PAUSES = (
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)),
    *(timedelta(minutes=30), timedelta(hours=1)),
)
GIVEN_UP_AFTER = timedelta(days=2)
BUSY = timedelta(minutes=5)
# Sent with `letter` and `code` when a mail server refuses a recipient for good.
refused = Signal()
# Twelve in RFC 5321 and 3207, and some to spare; each takes as long as EMAIL_TIMEOUT at most.
STEPS = 15


def send(name: str, to: str, context: dict[str, Any], reply_to: str = "") -> None:
    """Send the mail of that template soon after the running transaction is committed.

    To nobody (an empty `to`) takes as long, and sends nothing. Where the server has no mail,
    nothing is done. Raises BadHeaderError for an address of two lines.
    """
    if not settings.SENDS_MAIL:
        return
    letter = write(name, to, context, reply_to)
    letter.email()
    keep(name, letter)


def keep(name: str, letter: Letter) -> None:
    """Store a mail in the running transaction, to be sent after it."""
    now = timezone.now()
    sealed = cipher(PURPOSE).encrypt(json.dumps(letter.plain).encode()).decode()
    OutgoingMail.objects.create(name=name, letter=sealed, created_at=now, next_at=now)
    transaction.on_commit(ask)


def ask() -> None:
    """Have the postman look; whom nobody can ask looks each minute all the same."""
    try:
        post()
    except Exception as error:
        logger.warning("mail_waits", error=type(error).__name__)


def due(now: datetime) -> "QuerySet[OutgoingMail]":
    free = Q(busy_until=None) | Q(busy_until__lte=now)
    return OutgoingMail.objects.filter(free, next_at__lte=now)


def seconds_until_due(now: datetime) -> float | None:
    """None where no mail waits."""
    ready_at = Greatest("next_at", Coalesce("busy_until", "next_at"))
    soonest = OutgoingMail.objects.aggregate(at=Min(ready_at))["at"]
    return None if soonest is None else max((soonest - now) / timedelta(seconds=1), 0)


def send_due() -> None:
    """Send every mail that is due, one after the other."""
    while row := claim(timezone.now()):
        deliver(row)


def claim(now: datetime) -> OutgoingMail | None:
    """A mail that nobody else sends meanwhile."""
    ready = due(now)
    # A new one does not wait for many old ones with which a silent mail server takes its time.
    for row in ready.order_by("attempts", "next_at")[:10]:
        # An update that finds its row is atomic: of two senders exactly one gets the 1.
        if ready.filter(pk=row.pk).update(busy_until=now + busy(), attempts=F("attempts") + 1):
            row.attempts += 1
            return row
    return None


def busy() -> timedelta:
    """Longer than an attempt takes whose every step takes as long as it may."""
    return max(BUSY, STEPS * timedelta(seconds=settings.EMAIL_TIMEOUT or 0))


def deliver(row: OutgoingMail) -> None:
    letter = opened(row)
    if letter is None or not letter.to:
        row.delete()
        return
    try:
        letter.email().send()
    except Exception as error:
        note_failure(row, error, timezone.now())
        if isinstance(error, SMTPRecipientsRefused) and is_final(error):
            refused.send(Letter, letter=letter, code=code_of(error))
    else:
        row.delete()
        logger.info("mail_sent", mail=row.name, attempts=row.attempts)


def opened(row: OutgoingMail) -> Letter | None:
    try:
        return Letter(**json.loads(cipher(PURPOSE).decrypt(row.letter)))
    except InvalidToken:
        # Written under a secret key that nobody knows any more.
        logger.error("mail_unreadable", mail=row.name)
        return None


def note_failure(row: OutgoingMail, error: Exception, now: datetime) -> None:
    """Try it again later, or give it up."""
    # Never what the error says: that names people.
    about = {"mail": row.name, "error": type(error).__name__, "code": code_of(error)}
    if is_final(error) or row.created_at < now - GIVEN_UP_AFTER:
        row.delete()
        logger.error("mail_given_up", attempts=row.attempts, **about)
        return
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    row.next_at, row.busy_until = now + pause * random.uniform(0.8, 1.2), None
    row.save(update_fields=["next_at", "busy_until"])
    logger.warning("mail_not_sent", attempts=row.attempts, **about)


def is_final(error: Exception) -> bool:
    """Whether the server refused this recipient, or this text, for good (RFC 5321, 4.2.1)."""
    return isinstance(error, SMTPRecipientsRefused | SMTPDataError) and code_of(error) >= 500


def code_of(error: Exception) -> int:
    """The mail server's answer; 0 without one."""
    if isinstance(error, SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, SMTPResponseException) else 0
