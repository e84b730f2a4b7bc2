"""How many requests a key may make in an hour.

Counted by hours of the clock in Django's cache: with Redis for all processes together, without it
in the one process there is.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from dashboard.api.errors import ApiError

logger = structlog.get_logger(__name__)

HOUR = 3600


@dataclass(frozen=True)
class Allowance:
    """What is left to a key in the running hour, which ends at `reset`, in seconds since 1970.

    A `limit` of 0 is none.
    """

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        if not self.limit:
            return {}
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - self.used, 0)),
            "X-RateLimit-Reset": str(self.reset),
        }

    def check(self, now: datetime) -> None:
        """Raises `ApiError` where the request is one too many."""
        if 0 < self.limit < self.used:
            raise ApiError(
                429,
                f"This key has made more than {self.limit} requests in an hour."
                " Retry-After says in how many seconds it may go on.",
                {"Retry-After": str(max(self.reset - int(now.timestamp()), 1))},
            )


def take(key_id: int, now: datetime) -> Allowance:
    """Count a request of the key."""
    limit = settings.API_RATE
    hour = int(now.timestamp()) // HOUR
    used = count(f"api:{key_id}:{hour}") if limit else 0
    return Allowance(limit, used, (hour + 1) * HOUR)


def count(name: str) -> int:
    """The number of the request among those of its hour."""
    try:
        cache.add(name, 0, timeout=HOUR)
        return cache.incr(name)
    except (RedisError, ValueError):
        # Away, or dropped between the two to make room: answering goes before counting.
        logger.warning("api_requests_not_counted")
        return 1
