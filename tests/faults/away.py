"""PostgreSQL or Redis goes away at once and comes back, under load."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.faults.shapes import Shape
from tests.faults.trial import Found, Running, under_load

DASHBOARDS = 20


@dataclass(frozen=True)
class Service:
    stop: Callable[[], None]
    start: Callable[[], None]


def away(
    server: Shape, service: Service, absences: Sequence[float], pause: float, rate: float
) -> Found:
    """What is found where it is away for these seconds each, with a pause before and after."""

    def act(_running: Running) -> list[float]:
        back = []
        for seconds in absences:
            time.sleep(pause)
            service.stop()
            time.sleep(seconds)
            service.start()
            back.append(time.monotonic())
        time.sleep(pause)
        return back

    return under_load(server, act, rate, DASHBOARDS)
