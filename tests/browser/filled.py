"""A site of a server that has what every page of figures can show."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.browser.conftest import add_site, fill_in
from tests.server import Server

DOMAIN = "filled.example"
STEPS = ["page,/", "page,/pricing", "goal,Purchase"]
VITALS = {"vitals:lcp": "2600", "vitals:inp": "90", "vitals:cls": "0.3", "vitals:ttfb": "2000"}


def fill(server: Server, client: httpx.Client) -> None:
    """Make it: two weeks of visits, a goal, revenue without a rate, a funnel, a note, an alert."""
    add_site(client, DOMAIN)
    file = Path(server.data) / "visits.ndjson"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines()))
    server.manage("events_import", DOMAIN, str(file))
    site = f"/sites/{DOMAIN}"
    fill_in(client, f"{site}/goals", kind="event", event_name="Purchase", currency="EUR")
    fill_in(client, f"{site}/goals/revenue", reporting_currency="USD")
    fill_in(client, f"{site}/goals/rates", currency="GBP", rate="1.27", day="2026-01-01")
    fill_in(client, f"{site}/funnels/save", name="To buying", scope="visit", step=STEPS)
    fill_in(client, f"{site}/notes", text="The new shop", day=datetime.now(UTC).date().isoformat())
    fill_in(client, f"{site}/alerts", direction="above", limit="9", figure="online", minutes="5")
    fill_in(client, f"{site}/reports", rhythm="weekly")
    fill_in(client, f"{site}/privacy", visitor_days="30", place_precision="city", is_meant="on")


def lines() -> Iterator[dict[str, Any]]:
    """Raw events, as docs/transfer.md has them, of somebody new each day who comes again."""
    today = datetime.now(UTC).replace(hour=0, minute=1)
    for day in range(15):
        for later in (0, 2):
            at = today - timedelta(days=max(day - later, 0))
            yield from visit(at, {"visitor": f"visitor-{day}", "device": "Mobile", "country": "DE"})


def visit(at: datetime, known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Pages, how they were read, and something bought."""
    for number, path in enumerate(("/", "/pricing", "/a-page/with-quite-a-long-path/indeed")):
        url = f"https://{DOMAIN}{path}"
        seen = {**known, "timestamp": (at + timedelta(seconds=9 * number)).isoformat(), "url": url}
        left = (at + timedelta(seconds=9 * number + 8)).isoformat()
        yield {**seen, "name": "pageview"}
        yield {
            **seen,
            "timestamp": left,
            "name": "engagement",
            "scroll_depth": 60,
            "engaged_ms": 7000,
            "props": VITALS,
        }
    yield {
        **seen,
        "timestamp": (at + timedelta(seconds=30)).isoformat(),
        "name": "Purchase",
        "props": {"size": "1 kg", "beans": "Ethiopia Guji"},
        "revenue_amount": "14.90",
        "revenue_currency": "EUR",
    }
