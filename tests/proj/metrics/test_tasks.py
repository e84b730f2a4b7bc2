"""What becomes of tasks."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from huey import MemoryHuey
from huey.contrib.djhuey import HUEY

from proj.metrics import tasks
from tests.counted import counting, now


def fine() -> None:
    pass


def fails() -> None:
    raise ValueError("no")


def ran(work: Callable[[], None], retries: int) -> None:
    """As a worker runs it, over a queue of its own with the same listeners."""
    queue = MemoryHuey("of-this-test", results=False)
    queue._signal = HUEY._signal
    queue.task(retries=retries, name="work")(work)()
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def test_failures_are_told_as_none_before_the_first():
    tasks.began("executing", SimpleNamespace(name="of-this-test"))

    assert {"done": 0, "failed": 0} == {
        outcome: value
        for (task, outcome), value in now("footfall_tasks_total").items()
        if task == "of-this-test"
    }


@pytest.mark.parametrize(
    ("work", "retries", "counted"),
    [
        (fine, 0, {("work", "done"): 1}),
        (fails, 0, {("work", "failed"): 1}),
        (fails, 1, {("work", "retried"): 1, ("work", "failed"): 1}),
    ],
    ids=["done", "failed", "retried, then failed"],
)
def test_tasks_are_counted_by_what_became_of_them(work, retries, counted):
    grown, timed = counting("footfall_tasks_total"), counting("footfall_task_seconds_count")
    with grown as outcomes, timed as times:
        ran(work, retries)

    assert (counted, sum(counted.values())) == (outcomes, times[("work",)])
