"""Signed words in links and messages, by which whoever has the mail is known, and nobody else."""

import re
import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.urls import reverse

from realtime.mail.letter import host

UNSUBSCRIBE, CONFIRM, MESSAGE = "report-unsubscribe", "report-confirm", "report-message"
CONFIRM_SECONDS = 7 * 24 * 3600
# `report.<subscription>.<random>.<signature>@<host>`, see `message_id`.
MESSAGE_ID = re.compile(r"<report\.(\d{1,18})\.([0-9a-f]{16})\.([\w-]{43})@[^>\s]+>")


def unsubscribe_link(subscription_id: int) -> str:
    return link("report_unsubscribe", signing.Signer(salt=UNSUBSCRIBE).sign(str(subscription_id)))


def link(route: str, token: str) -> str:
    # Logs drop the query, and with it the token.
    return f"{settings.PUBLIC_URL}{reverse(route)}?{urlencode({'token': token})}"


def read_unsubscribe(token: str) -> int:
    """The subscription's id; raises `signing.BadSignature`. It holds for good."""
    return int(signing.Signer(salt=UNSUBSCRIBE).unsign(token))


def confirm_link(subscription_id: int) -> str:
    signed = signing.TimestampSigner(salt=CONFIRM).sign(str(subscription_id))
    return link("report_confirm", signed)


def read_confirm(token: str) -> int:
    """The subscription's id; raises `signing.BadSignature`, also for a link that is too old."""
    return int(signing.TimestampSigner(salt=CONFIRM).unsign(token, max_age=CONFIRM_SECONDS))


def headers(subscription_id: int) -> dict[str, str]:
    """By which mail programs offer to end it with one click (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_link(subscription_id)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def message_id(subscription_id: int) -> str:
    """One that says whose mail it was when the message comes back, and that nobody can make up."""
    drawn = secrets.token_hex(8)
    signature = sign_message(str(subscription_id), drawn)
    return f"<report.{subscription_id}.{drawn}.{signature}@{host()}>"


def sign_message(subscription: str, drawn: str) -> str:
    return signing.Signer(salt=MESSAGE).signature(f"{subscription}.{drawn}")


def read_message_id(text: str) -> int | None:
    """The subscription of a message's id, also of one that was written under an earlier key."""
    found = MESSAGE_ID.search(text)
    if not found:
        return None
    subscription, drawn, signature = found.groups()
    signer = signing.Signer(salt=MESSAGE)
    try:
        signer.unsign(f"{subscription}.{drawn}{signer.sep}{signature}")
    except signing.BadSignature:
        return None
    return int(subscription)
