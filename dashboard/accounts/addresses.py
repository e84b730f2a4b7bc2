"""What stands for the address of whoever asks, where tries are counted."""

import hashlib
import secrets
from functools import cache as once
from ipaddress import IPv6Address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from tracking.ingest.address import TrustedProxies, parse

KEY = "accounts.address_key"
SECONDS = 60 * 60 * 24


def pseudo_address(request: HttpRequest) -> str:
    """An address in fd00::/8 that stands for the real one, for a day at most.

    It is a keyed hash under a random key that is in the cache alone, where the counts are too:
    with it they are gone, and what stays elsewhere tells nothing. The hash fills the first half,
    because counting takes neighbours in an IPv6 network of 64 bits, one connection's, for one.
    """
    address = proxies().client(request.META.get("REMOTE_ADDR", ""), request.headers)
    found = parse(address)
    if isinstance(found, IPv6Address):
        address = str(ip_network((found, 64), strict=False).network_address)
    digest = hashlib.blake2b(address.encode(), key=key(), digest_size=7).digest()
    return str(IPv6Address(b"\xfd" + digest + bytes(8)))


def key() -> bytes:
    return cache.get_or_set(KEY, lambda: secrets.token_bytes(32), SECONDS)


@once
def proxies() -> TrustedProxies:
    return TrustedProxies(settings.TRUSTED_PROXIES)
