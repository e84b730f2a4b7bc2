"""A warning for the commonest fault of self-hosted analytics: a proxy that hides its visitors."""

import os
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock, Thread

import structlog
from django.core.cache import cache

logger = structlog.get_logger(__name__)

HITS = 500
# In the cache, for the status page: when it was said.
ONE_ADDRESS = "one-address"
DAY = 24 * 60 * 60


class OneAddressWarning:
    """Says once that the first HITS hits of this process all came from one address.

    A second address takes it back. Keeps a keyed hash, under a key that lives as long as the
    process, never the address.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._first: bytes | None = None
        self._count = 0
        self._more_than_one = False
        self._writing = Lock()

    def see(self, address: str) -> None:
        if self._more_than_one:
            return
        digest = blake2b(address.encode(), key=self._key, digest_size=8).digest()
        self._first = self._first or digest
        if digest != self._first:
            self._more_than_one = True
            self._write()
            return
        self._count += 1
        if self._count == HITS:
            self._write()
            logger.warning(
                "all_hits_from_one_address",
                hits=HITS,
                advice="a proxy in front may hide the visitors: have it set X-Forwarded-For, "
                "and name it in FOOTFALL_TRUSTED_PROXIES",
            )

    def _write(self) -> None:
        # In a thread, because hits must not wait for a cache that hangs.
        Thread(target=self._note, name="one-address", daemon=True).start()

    def _note(self) -> None:
        with self._writing:
            try:
                if self._more_than_one:
                    # Also what another process wrote, before the proxy was mended.
                    cache.delete(ONE_ADDRESS)
                else:
                    cache.set(ONE_ADDRESS, datetime.now(UTC), timeout=7 * DAY)
            except Exception as error:
                # The log says it all the same.
                logger.warning("one_address_not_noted", error=type(error).__name__)
