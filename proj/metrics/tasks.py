"""What becomes of tasks, and how long they take; imported by `proj.tasks`, where workers are."""

import time
from typing import Any

from huey.contrib.djhuey import HUEY, signal
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR, SIGNAL_EXECUTING, SIGNAL_RETRYING
from prometheus_client import Counter, Histogram

from proj.metrics.shared import sharing

TASKS = Counter("footfall_tasks", "Tasks by what became of them.", ["task", "outcome"])
TASK_SECONDS = Histogram(
    "footfall_task_seconds",
    "Time that tasks take, by whatever they end.",
    ["task"],
    buckets=(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800),
)


@HUEY.on_startup()
def share() -> None:
    sharing()


@signal(SIGNAL_EXECUTING)
def began(_signal: str, task: Any) -> None:
    task.began = time.perf_counter()
    # There from 0 on: of a series that begins at 1, nobody sees that it grew.
    for outcome in ("done", "failed"):
        TASKS.labels(task.name, outcome)


@signal(SIGNAL_COMPLETE)
def done(_signal: str, task: Any) -> None:
    count(task, "done")


@signal(SIGNAL_RETRYING)
def retried(_signal: str, task: Any) -> None:
    count(task, "retried")


@signal(SIGNAL_ERROR)
def failed(_signal: str, task: Any, error: Exception | None = None) -> None:
    """One with tries left is told of once more, as one that is tried again."""
    if not task.retries:
        count(task, "failed")


def count(task: Any, outcome: str) -> None:
    TASKS.labels(task.name, outcome).inc()
    if began := getattr(task, "began", None):
        TASK_SECONDS.labels(task.name).observe(time.perf_counter() - began)
