"""What the server counts of its own work while it does it, as Prometheus has it.

docs/operations.md says what each means; `proj.metrics` shows them. None has a label whose values
visitors or sites could choose.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import Counter, Histogram

from tracking.ingest.accept import Outcome, Refused
from tracking.ingest.refusals import LIMITS, Reason

HITS = Counter("footfall_hits", "Hits by what became of them.", ["outcome", "reason"])
ENRICHED = Counter("footfall_enriched_hits", "Hits taken from the inbox and stored as events.")
DRAIN_SECONDS = Histogram(
    "footfall_drain_seconds",
    "Time to store one batch of the inbox as events.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
QUERY_SECONDS = Histogram(
    "footfall_query_seconds",
    "Time to answer a question about visits.",
    ["kind", "engine"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REQUEST_SECONDS = Histogram(
    "footfall_http_request_seconds",
    "Time to the head of an answer.",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

# Requests without a hit that could be counted, by how they are answered.
FAILURES = {
    400: ("bad", "malformed"),
    405: ("bad", "method"),
    408: ("bad", "too_slow"),
    413: ("bad", "too_large"),
    503: ("unavailable", "storage"),
}

# Looked up once: each hit counts.
_accepted = HITS.labels("accepted", "")
_refused = {
    reason: HITS.labels("limited" if reason in LIMITS else "refused", reason) for reason in Reason
}
_failed = {status: HITS.labels(*words) for status, words in FAILURES.items()}


def count_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Of the hits of a request, once the accepted ones are committed."""
    for outcome in outcomes:
        (_refused[outcome.reason] if isinstance(outcome, Refused) else _accepted).inc()


def count_request(route: str, status: int, began: float) -> None:
    """A request to the address of a tracker; `began` is of time.perf_counter."""
    _request_seconds(route, status).observe(time.perf_counter() - began)


def count_failure(status: int) -> None:
    """A request that ended before its hits were decided on."""
    if failed := _failed.get(status):
        failed.inc()


@cache
def _request_seconds(route: str, status: int) -> Histogram:
    return REQUEST_SECONDS.labels(route, status)


@contextmanager
def question(kind: str, engine: str) -> Iterator[None]:
    with QUERY_SECONDS.labels(kind, engine).time():
        yield
