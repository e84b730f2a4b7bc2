"""How much one address may send and one site may get, so that neither takes the server from others.

Token buckets, kept as the generic cell rate algorithm keeps them (ITU-T I.371, annex A): of each
key only the time by which what it sent would have been sent at its rate. Each process counts for
itself.
"""

import os
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address
from time import monotonic

from django.conf import settings

# What may come at once after a pause, as so many seconds of the rate.
BURST_SECONDS = 10.0
# Keys that are remembered, at most twice as many: 10 MB.
MOST_KEYS = 32_768
# Less than any interval between two hits, more than the error of adding them up.
TOLERANCE = 1e-6


class Buckets:
    """A bucket for each key, which is full when it is first asked and refills at `rate` a second.

    Bounded: keys live in two tables, and when the younger is full, the older one goes. A key that
    was forgotten has a full bucket again.
    """

    def __init__(self, rate: float, most: int = MOST_KEYS) -> None:
        self.interval = 1 / rate
        self.most = most
        self.young: dict[int, float] = {}
        self.old: dict[int, float] = {}

    def take(self, key: int, now: float) -> bool:
        """Take one token, unless the bucket is empty."""
        due = max(self.young.get(key) or self.old.get(key, now), now)
        is_empty = due + self.interval > now + BURST_SECONDS + TOLERANCE
        # A sender that is refused is remembered too, or it could wait until it is forgotten.
        self.remember(key, due if is_empty else due + self.interval)
        return not is_empty

    def remember(self, key: int, due: float) -> None:
        if len(self.young) >= self.most and key not in self.young:
            self.old, self.young = self.young, {}
        self.young[key] = due


class Limits:
    """The limits of this process; a rate is in hits a second, 0 means no limit.

    Keeps a keyed hash of an address, under a key that lives as long as the process.
    """

    def __init__(
        self, address_rate: float, site_rate: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self.addresses = Buckets(address_rate) if address_rate else None
        self.sites = Buckets(site_rate) if site_rate else None
        self.clock = clock
        self.key = os.urandom(16)

    @classmethod
    def of_settings(cls) -> "Limits":
        return cls(settings.ADDRESS_RATE, settings.SITE_RATE)

    def take_address(self, address: str) -> bool:
        """Whether the sender may send another hit; one without a known address may."""
        if self.addresses is None or not address:
            return True
        return self.addresses.take(self.sender(address), self.clock())

    def take_site(self, site_id: int) -> bool:
        """Whether the site may get another hit."""
        return self.sites is None or self.sites.take(site_id, self.clock())

    def sender(self, address: str) -> int:
        """A number for an address, or for the /64 network that one IPv6 host can draw from."""
        named = IPv6Address(address).packed[:8] if ":" in address else address.encode()
        return int.from_bytes(blake2b(named, key=self.key, digest_size=8).digest(), "big")
