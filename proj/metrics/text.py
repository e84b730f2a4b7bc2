"""All figures in Prometheus's text format."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from proj.metrics.families import metric
from proj.metrics.shared import families
from proj.metrics.stored import Stored


class Counted(Collector):
    """What the processes have counted."""

    def collect(self) -> Iterator[Metric]:
        yield from map(metric, families())


registry = CollectorRegistry()
registry.register(Stored())
registry.register(Counted())


def metrics_text() -> bytes:
    return generate_latest(registry)
