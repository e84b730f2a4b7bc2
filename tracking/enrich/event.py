"""An event as enrichment makes it and the feed announces it."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class EnrichedEvent(Struct):
    """One row of the event table; the fields are those of `tracking.models.Event`."""

    site_id: int
    visitor: int
    time: datetime
    name: str
    interactive: bool = True
    hostname: str = ""
    path: str = ""
    title: str = ""
    referrer: str = ""
    source: str = ""
    channel: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""
    screen: str = ""
    language: str = ""
    props: str = ""
    revenue_amount: Decimal | None = None
    revenue_currency: str = ""
    scroll_depth: int | None = None
    engaged_ms: int | None = None
    flags: str = ""
    id: int = 0
    visit: int = 0

    @property
    def opens_visit(self) -> bool:
        return self.id == self.visit and self.name != "engagement"
