"""Some dashboards stop reading, others read slowly, while the feed flows to all."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

from tests.faults.following import Follower
from tests.faults.memory import mb
from tests.faults.shapes import served
from tests.faults.trial import Found, Running, under_load

DASHBOARDS = 20
STOPPED = 5
SLOW = 5
SLOW_SECONDS = 0.5  # that a slow one takes over a frame

BEFORE, MEANWHILE = "others told late ms, before", "others told late ms, meanwhile"


def lagging(shape: str, data: Path, seconds: float, rate: float) -> Found:
    """What is found where half of the dashboards lag for the last two thirds of that time.

    `memory_mb` is that of the process with the sockets before and afterwards. `more` has how many
    milliseconds late the others were told of accepted hits 95 of 100 times, before and meanwhile.
    """
    held: list[float] = []
    times: list[float] = []
    with served(shape, data) as server:

        def look() -> None:
            held.append(mb(server.with_sockets))
            times.append(time.monotonic())

        def lag(running: Running) -> list[float]:
            running.load.wait_for_more(100)
            times.append(time.monotonic())
            time.sleep(seconds / 3)
            look()
            followers = running.followers
            for number in range(STOPPED + SLOW):
                followers.stop_reading(number)
            for each in followers.all[STOPPED : STOPPED + SLOW]:
                each.frame_seconds = SLOW_SECONDS
                followers.read_on(each.number)
            time.sleep(seconds * 2 / 3)
            look()
            for each in followers.all[: STOPPED + SLOW]:
                each.frame_seconds = 0
                followers.read_on(each.number)
            return []

        found = under_load(server, lag, rate, DASHBOARDS)
    others = found.running.followers.all[STOPPED + SLOW :]
    began, lagged, ended = times
    more = {
        BEFORE: told_late(found, others, began, lagged),
        MEANWHILE: told_late(found, others, lagged, ended),
    }
    return replace(found, memory_mb=tuple(held), more=more)


def told_late(found: Found, followers: list[Follower], since: float, until: float) -> float:
    """How many milliseconds late, 95 of 100 times, one of them was told of a visit of that time.

    From when its first hit was answered.
    """
    accepted = {hit.path: hit.answered_at for hit in found.running.load.accepted}
    late = [
        each.told_at[event.id] - at
        for event in found.stored.events
        if event.id == event.visit and since <= (at := accepted.get(event.path, 0)) < until
        for each in followers
    ]
    return round(1000 * statistics.quantiles(late, n=20)[-1])
