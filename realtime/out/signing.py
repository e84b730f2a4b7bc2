"""Signatures by which a receiver knows that a webhook is ours.

The scheme is Standard Webhooks, https://www.standardwebhooks.com: HMAC-SHA256 of
`<id>.<timestamp>.<body>` under a secret that is written as `whsec_` and base64.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
# The scheme asks for 24 to 64.
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(secrets_: Iterable[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message, signed with each of the secrets."""
    timestamp = str(int(now.timestamp()))
    signatures = [signature(secret, message_id, timestamp, body) for secret in secrets_]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
