"""Reports that come back: a mail that was refused for good pauses its subscription."""

import email.policy
from email.message import Message
from email.parser import BytesParser
from typing import Any

import structlog
from django.dispatch import receiver

from realtime.mail.letter import Letter
from realtime.mail.outbox import refused
from realtime.subscriptions import tokens
from realtime.subscriptions.models import Subscription

logger = structlog.get_logger(__name__)

LONGEST_MESSAGE = 1024 * 1024


@receiver(refused)
def refused_at_once(letter: Letter, code: int, **_kwargs: Any) -> None:
    """The mail server did not take a recipient."""
    subscription = tokens.read_message_id(letter.message_id)
    if subscription is not None:
        pause(subscription, f"The mail server refused the address (code {code}).")


def read(message: bytes) -> int | None:
    """Pause the subscription of which a delivery status notification (RFC 3464) says that it
    failed for good. Its id; None where the message is about no report, or says something else."""
    parsed = BytesParser(policy=email.policy.default).parsebytes(message[:LONGEST_MESSAGE])
    status = failed_status(parsed)
    subscription = about(parsed)
    if status is None or subscription is None:
        return None
    pause(subscription, f"Mail to the address came back (status {status}).")
    return subscription


def failed_status(message: Message) -> str | None:
    """The status of a recipient for whom it failed for good, such as 5.1.1."""
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for fields in part.get_payload():
                if isinstance(fields, Message) and is_permanent(fields):
                    return str(fields["Status"]).strip()[:20]
    return None


def is_permanent(fields: Message) -> bool:
    """Whether the fields of a recipient say `failed` with a status of class 5 (RFC 3463)."""
    action, status = str(fields.get("Action", "")), str(fields.get("Status", ""))
    return action.strip().lower() == "failed" and status.strip().startswith("5.")


def about(message: Message) -> int | None:
    """The subscription of the mail that came back, of which at least the head is there."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            [original] = part.get_payload() or [None]
            found = original["Message-ID"] if isinstance(original, Message) else None
        elif kind == "text/rfc822-headers":
            found = str(part.get_payload(decode=True) or b"", "utf-8", "replace")
        else:
            continue
        if (subscription := tokens.read_message_id(str(found))) is not None:
            return subscription
    return None


def pause(subscription_id: int, reason: str) -> None:
    """Send nothing more until somebody has looked; the first reason stays."""
    mine = Subscription.objects.filter(pk=subscription_id, paused_because="")
    if mine.update(paused_because=reason):
        logger.warning("report_paused", subscription_id=subscription_id)
