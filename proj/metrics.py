"""The server's figures in Prometheus's text format."""

from collections.abc import Iterator

from django.db import Error
from django.db.models import Sum
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracking import backlog
from tracking.models import RefusalCount


class Stored(Collector):
    """Asks the database at each scrape: any process of the server then says the same."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*backlog_metrics(backlog.measure()), refusal_metric()]
        except Error:
            found = []
        yield GaugeMetricFamily(
            "footfall_database_up", "Whether the database answers.", value=1 if found else 0
        )
        yield from found


def backlog_metrics(now: backlog.Backlog) -> Iterator[Metric]:
    yield GaugeMetricFamily("footfall_inbox_hits", "Hits that wait to be events.", value=now.hits)
    yield GaugeMetricFamily(
        "footfall_inbox_oldest_seconds",
        "How long ago the first waiting hit happened.",
        value=now.oldest_seconds,
    )
    yield GaugeMetricFamily(
        "footfall_quarantined_hits", "Hits that could not be made events.", value=now.quarantined
    )
    yield CounterMetricFamily(
        "footfall_events", "Events stored: the highest event id.", value=now.last_event
    )


def refusal_metric() -> Metric:
    metric = CounterMetricFamily("footfall_refused_hits", "Hits refused.", labels=["reason"])
    counts = RefusalCount.objects.order_by("reason").values_list("reason").annotate(Sum("count"))
    for reason, count in counts:
        metric.add_metric([reason], count)
    return metric


registry = CollectorRegistry()
registry.register(Stored())


def metrics_text() -> bytes:
    return generate_latest(registry)
