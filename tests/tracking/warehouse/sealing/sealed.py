"""Closed visits for the tests of sealing, and the figures that must not change by it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.factories import EventFactory
from tracking.models import Event, EventLog, Site
from tracking.warehouse import Query, run
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.upkeep import upkeep as seal

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
DAYS = ["2026-03-01", "2026-03-31"]
METRICS = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"]


def visit(site: Site, pages: list[str], start: datetime = NOON, **more: Any) -> list[Event]:
    """A visit with a pageview each minute, stored as the log stores it."""
    events: list[Event] = []
    for number, page in enumerate(pages):
        time = start + timedelta(minutes=number)
        joined = {"visit": events[0].id, "visitor": events[0].visitor} if events else {}
        events.append(EventFactory(site=site, path=page, time=time, **{**more, **joined}))
    noted(events)
    return events


def noted(events: list[Event]) -> None:
    """Let the log's highest id be at least theirs."""
    last = max(event.id for event in events)
    log, _ = EventLog.objects.get_or_create(id=1)
    log.last_id = max(log.last_id, last)
    log.save()


def totals(site: Site, **question: Any) -> tuple:
    asked = {"metrics": METRICS, "date_range": DAYS, **question}
    return run(Query.build(site, **asked)).rows[0].metrics


def by(site: Site, dimension: str, metrics: tuple[str, ...] = ("visitors", "visits")) -> dict:
    question = Query.build(site, list(metrics), [dimension], [], DAYS)
    return {row.dimensions[0]: row.metrics for row in run(question).rows}


def sealed_files() -> set[str]:
    return {file.name for file in files.folder().glob("*/*.parquet")}


def day(number: int) -> date:
    return date(2026, 3, number)


__all__ = ["LATER", "NOON", "by", "day", "noted", "seal", "sealed_files", "totals", "visit"]
