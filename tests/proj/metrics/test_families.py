"""Figures of several processes become one."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from proj.metrics.families import Family, Sample, added, collected, lasting, metric


def counted(hits: int, sockets: int, seconds: list[float]) -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("hits", "Hits.", ["outcome"], registry=registry).labels("accepted").inc(hits)
    Gauge("sockets", "Sockets.", registry=registry).set(sockets)
    histogram = Histogram("drain_seconds", "Drains.", buckets=(1,), registry=registry)
    for each in seconds:
        histogram.observe(each)
    return registry


class Shown(Collector):
    def __init__(self, families: list[Family]) -> None:
        self.families = families

    def collect(self) -> list[Metric]:
        return [metric(family) for family in self.families]


def shown(families: list[Family]) -> list[str]:
    registry = CollectorRegistry()
    registry.register(Shown(families))
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_what_processes_counted_is_added_up():
    several = [
        collected(counted(2, 1, [0.5]), "hits", 1),
        collected(counted(3, 4, [0.5, 2]), "hits", 2),
    ]

    assert [
        'hits_total{outcome="accepted"} 5.0',
        "sockets 5.0",
        'drain_seconds_bucket{le="1.0"} 2.0',
        'drain_seconds_bucket{le="+Inf"} 3.0',
        "drain_seconds_count 3.0",
        "drain_seconds_sum 3.0",
    ] == shown(added(several))


def test_what_describes_a_process_is_kept_apart():
    registry = CollectorRegistry()
    Gauge("process_open_fds", "Files.", registry=registry).set(7)

    several = [collected(registry, "hits", 1), collected(registry, "queue", 2)]

    assert [
        'process_open_fds{pid="1",process="hits"} 7.0',
        'process_open_fds{pid="2",process="queue"} 7.0',
    ] == shown(added(several))


def test_of_an_ended_process_counters_and_histograms_stay():
    kinds = [
        Family("hits", "counter", "", [Sample("hits_total", (), 1)]),
        Family("drains", "histogram", "", []),
        Family("sockets", "gauge", "", []),
        Family("process_cpu_seconds", "counter", "", []),
    ]

    assert kinds[:2] == lasting(kinds)
