"""Traces as a drain announces them."""

from datetime import UTC, datetime
from typing import Any

from tracking.enrich.event import EnrichedEvent
from tracking.enrich.trace import Trace
from tracking.ingest.hit import WaitingHit
from tracking.signals import hits_traced

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def waiting(**fields: Any) -> WaitingHit:
    defaults: dict[str, Any] = {
        "time_ms": int(NOON.timestamp() * 1000),
        "visitor": 7,
        "visitor_before": None,
        "name": "pageview",
        "url": "https://example.com/beans",
        "traced": True,
    }
    return WaitingHit(**{**defaults, **fields})


def accepted(site_id: int, path: str = "/beans", **fields: Any) -> Trace:
    made = EnrichedEvent(
        site_id=site_id,
        visitor=7,
        time=NOON,
        name="pageview",
        hostname="example.com",
        path=path,
        channel="Direct",
        id=41,
        visit=41,
    )
    return Trace(site_id, waiting(url=f"https://example.com{path}", **fields), made)


def refused(site_id: int, reason: str = "bot", path: str = "/beans", **fields: Any) -> Trace:
    return Trace(site_id, waiting(url=f"https://example.com{path}", refused=reason, **fields))


def announce(*traces: Trace) -> None:
    hits_traced.send(sender=None, traces=list(traces))
