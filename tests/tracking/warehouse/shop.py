"""A small shop and what its visitors did, on which the reports of `snapshots/` are made.

    yesterday  1  Google, Berlin       / (read for 5 s)
    today      1  Google, Berlin       /, /blog/seo (80 %, 30 s), /pricing, Buy pro for 20 €
               2  newsletter, Vienna   /blog/seo (40 %, 12 s)
               2  two hours later      /, Signup
               3  Bing, Hamburg        docs.shop.example/pricing, Buy free for 9.99 $
               0  nobody knows who     /
               a bot                   /
    last year  9  no source            /

Times are those of Berlin, where it is an hour later than in UTC.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.factories import EventFactory, SiteFactory
from tracking.models import Goal, Segment, Site

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
TODAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
GERMANS = 12

GOOGLE = {"source": "Google", "referrer": "https://google.com/", "channel": "Organic Search"}
BING = {"source": "Bing", "referrer": "https://bing.com/", "channel": "Organic Search"}
LETTER = {
    "source": "newsletter",
    "channel": "Email",
    "utm_source": "newsletter",
    "utm_medium": "email",
    "utm_campaign": "spring",
}
BERLIN = {"country": "DE", "region": "Berlin", "city": "Berlin"}
HAMBURG = {"country": "DE", "region": "Hamburg", "city": "Hamburg"}
VIENNA = {"country": "AT", "region": "Vienna", "city": "Vienna"}
DESKTOP = {"device": "Desktop", "browser": "Firefox", "browser_version": "140", "os": "Linux"}
PHONE = {"device": "Mobile", "browser": "Safari", "browser_version": "26", "os": "iOS"}


def shop() -> Site:
    site = SiteFactory(domain="shop.example", timezone="Europe/Berlin")
    Goal.objects.create(site=site, event_name="Buy", currency="EUR")
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(
        site=site, event_name="Buy", display_name="Buy pro", props={"plan": "pro"}, currency="EUR"
    )
    Goal.objects.create(site=site, page_path="/blog/**")
    Goal.objects.create(site=site, page_path="/blog/*", scroll_threshold=50)
    Segment.objects.create(
        pk=GERMANS, site=site, name="Germans", filters=[["is", "visit:country", ["DE"]]]
    )
    visits(site)
    return site


def visits(site: Site) -> None:
    first = {**GOOGLE, **BERLIN, **DESKTOP, "visitor": 1, "hostname": "shop.example"}
    second = {"visitor": 2, "hostname": "shop.example", **VIENNA, **PHONE}
    third = {**BING, **HAMBURG, **DESKTOP, "visitor": 3, "hostname": "docs.shop.example"}
    visit(
        site,
        TODAY - timedelta(days=1),
        [(0, "pageview", "/", {}), (1, "engagement", "/", {"engaged_ms": 5000})],
        **first,
    )
    visit(
        site,
        TODAY,
        [
            (0, "pageview", "/", {}),
            (1, "pageview", "/blog/seo", {}),
            (2, "engagement", "/blog/seo", {"scroll_depth": 80, "engaged_ms": 30_000}),
            (3, "pageview", "/pricing", {}),
            (6, "Buy", "/pricing", paid("20", "EUR", "pro")),
        ],
        **first,
    )
    visit(
        site,
        TODAY,
        [
            (0, "pageview", "/blog/seo", {}),
            (1, "engagement", "/blog/seo", {"scroll_depth": 40, "engaged_ms": 12_000}),
        ],
        **second,
        **LETTER,
    )
    visit(
        site,
        TODAY + timedelta(hours=2),
        [(0, "pageview", "/", {}), (2, "Signup", "/", {"props": '{"plan":"free"}'})],
        **second,
    )
    visit(
        site,
        TODAY + timedelta(hours=4),
        [(0, "pageview", "/pricing", {}), (9, "Buy", "/pricing", paid("9.99", "USD", "free"))],
        **third,
    )
    visit(site, TODAY.replace(year=2025), [(0, "pageview", "/", {})], visitor=9)
    visit(site, TODAY, [(0, "pageview", "/", {})], visitor=99, flags="bot")
    EventFactory(site=site, time=TODAY, visitor=0, visit=0, flags="no_visitor")


def paid(amount: str, currency: str, plan: str) -> dict[str, Any]:
    return {
        "revenue_amount": Decimal(amount),
        "revenue_currency": currency,
        "props": json.dumps({"plan": plan}),
    }


def visit(site: Site, start: datetime, steps: list[tuple[int, str, str, dict]], **of: Any) -> None:
    """Steps are minutes after the start, an event's name, a path and what else it has."""
    opened: dict[str, int] = {}
    for minutes, name, path, more in steps:
        event = EventFactory(
            site=site,
            time=start + timedelta(minutes=minutes),
            name=name,
            path=path,
            **opened,
            **{**of, **more},
        )
        opened = opened or {"visit": event.id}
