"""What the tests of reports share: a clock, and visits an hour before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories import EventFactory
from tracking.models import Event, Site

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
# Of an event, those that any text may be in.
FIELDS = [
    *("hostname", "path", "title", "referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("region", "city", "browser", "os", "device", "screen", "language"),
]


def visited(site: Site, **fields: Any) -> Event:
    return EventFactory(site=site, time=NOW - timedelta(hours=1), **fields)


def text(response: Any) -> str:
    """A page with white space folded."""
    return " ".join(response.content.decode().split())
