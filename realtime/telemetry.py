"""As `tracking.telemetry`: what sockets and feeds count of their own work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import Gauge, Histogram

SOCKETS = Gauge("footfall_sockets", "Open websockets and streams.", ["kind"])
PUSH_SECONDS = Histogram(
    "footfall_push_seconds",
    "From the moment of a hit to its frame being sent to the dashboards of one process.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


@contextmanager
def open_socket(kind: str) -> Iterator[None]:
    with SOCKETS.labels(kind).track_inprogress():
        yield


def pushed(happened: datetime) -> None:
    """That what happened then has been sent."""
    PUSH_SECONDS.observe(max(0.0, time.time() - happened.timestamp()))
