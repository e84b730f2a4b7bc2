"""What is stored encrypted, under the server's secret key."""

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher(purpose: str) -> MultiFernet:
    """Encrypts under the secret key, apart for each purpose; reads what an earlier one encrypted.

    Its `decrypt` raises `cryptography.fernet.InvalidToken` for what no key here reads.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (hashlib.sha256(f"{purpose} {secret}".encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
