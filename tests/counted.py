"""What of the server's own figures changes while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


@contextmanager
def counting(name: str) -> Iterator[dict[tuple[str, ...], float]]:
    """By the values of their labels, by how much samples of that name have grown at the end."""
    grown: dict[tuple[str, ...], float] = {}
    before = now(name)
    yield grown
    for labels, value in now(name).items():
        if value != before.get(labels, 0):
            grown[labels] = value - before.get(labels, 0)


def now(name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == name
    }
