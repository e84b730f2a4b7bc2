"""Figures that are the same whichever process looks: of the database, the queue and the disk."""

import platform
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import django
from django.conf import settings
from django.db import Error
from django.db.models import Sum
from huey.contrib.djhuey import HUEY
from maxminddb import InvalidDatabaseError
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis, RedisError

from proj import kept_hits
from proj.bounded import SECONDS, Bounded
from proj.release import version
from tracking import backlog
from tracking.ingest.place import about
from tracking.models import Event, RefusalCount, TaskRun


class Stored(Collector):
    """Asks at each scrape; what does not answer is left out, and no longer waited for than others.

    That something is away is a figure too.
    """

    def collect(self) -> Iterator[Metric]:
        for each in (of_database, of_queue):
            each.begin()
        yield build()
        yield from of_machine()
        yield from told(of_database, "footfall_database_up", "Whether the database answers.")
        yield from told(of_queue, "footfall_queue_up", "Whether the queue's storage answers.")


def told(asked: Bounded[list[Metric]], name: str, words: str) -> Iterator[Metric]:
    try:
        found = asked.answer()
    except (Error, RedisError, OSError):
        found = []
    yield gauge(name, words, 1 if found else 0)
    yield from found


def gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def build() -> Metric:
    metric = GaugeMetricFamily(
        "footfall_build_info", "What runs here.", labels=["version", "python", "django"]
    )
    metric.add_metric([version(), platform.python_version(), django.__version__], 1)
    return metric


def of_machine() -> Iterator[Metric]:
    usage = shutil.disk_usage(settings.DATA)
    yield gauge("footfall_disk_free_bytes", "Free on the disk of the data folder.", usage.free)
    yield gauge("footfall_disk_bytes", "Size of the disk of the data folder.", usage.total)
    # Where the folder may not be read nothing is told: 0 would say that there are none.
    with suppress(OSError):
        yield gauge(
            "footfall_kept_hits_bytes",
            "Size of the files of hits that nginx kept while no process answered.",
            kept_hits.size(),
        )
    # A damaged file takes away what it would tell, and nothing else.
    with suppress(OSError, InvalidDatabaseError):
        yield gauge(
            "footfall_places_built_timestamp_seconds",
            "When the data of places was made.",
            about(settings.GEOIP_FILE)[1].timestamp(),
        )


def database_metrics() -> list[Metric]:
    return [
        *backlog_metrics(backlog.measure()),
        gauge(
            "footfall_unsealed_oldest_seconds",
            "How long ago the first event happened that is not sealed.",
            unsealed_seconds(datetime.now(UTC)),
        ),
        refusal_metric(),
        run_metric(),
    ]


def backlog_metrics(now: backlog.Backlog) -> Iterator[Metric]:
    yield gauge("footfall_inbox_hits", "Hits that wait to be events.", now.hits)
    yield gauge(
        "footfall_inbox_oldest_seconds",
        "How long ago the first waiting hit happened.",
        now.oldest_seconds,
    )
    yield gauge("footfall_quarantined_hits", "Hits that could not be made events.", now.quarantined)
    yield CounterMetricFamily(
        "footfall_events", "Events stored: the highest event id.", value=now.last_event
    )


def unsealed_seconds(now: datetime) -> float:
    """Of the event with the lowest id, which its index gives."""
    first = Event.objects.order_by("pk").values_list("time", flat=True).first()
    return max(0.0, (now - first).total_seconds()) if first else 0.0


def refusal_metric() -> Metric:
    metric = CounterMetricFamily("footfall_refused_hits", "Hits refused.", labels=["reason"])
    counts = RefusalCount.objects.order_by("reason").values_list("reason").annotate(Sum("count"))
    for reason, count in counts:
        metric.add_metric([reason], count)
    return metric


def run_metric() -> Metric:
    metric = GaugeMetricFamily(
        "footfall_last_run_timestamp_seconds", "When a regular task ran last.", labels=["task"]
    )
    for name, ran_at in TaskRun.objects.order_by("name").values_list("name", "ran_at"):
        metric.add_metric([name], ran_at.timestamp())
    return metric


def queue_metrics() -> list[Metric]:
    return [gauge("footfall_queue_tasks", "Tasks that wait for a worker.", queue_size())]


def queue_size() -> int:
    if not settings.REDIS_URL:
        return HUEY.storage.queue_size()
    # Over a line of its own: the workers' would wait without end for a Redis that hangs.
    with Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    ) as client:
        return int(client.llen(HUEY.storage.queue_key))


of_database: Bounded[list[Metric]] = Bounded(database_metrics)
of_queue: Bounded[list[Metric]] = Bounded(queue_metrics)
