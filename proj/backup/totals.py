"""The figures by which a restored server shows that it answers as the one before did."""

from datetime import datetime

from tracking import warehouse
from tracking.models import Site

METRICS = ("visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration")

Totals = dict[str, list[float | None]]


def totals(now: datetime) -> Totals:
    """The headline figures of each site over all its time, by the site's id."""
    return {str(site.pk): _of(site, now) for site in Site.objects.order_by("pk")}


def _of(site: Site, now: datetime) -> list[float | None]:
    question = warehouse.Query.build(site, METRICS, date_range="all", now=now)
    [row] = warehouse.run(question).rows
    return list(row.metrics)
