"""nginx is reloaded, and killed, again and again under load."""

import random
import time
from collections import Counter
from dataclasses import replace

from tests.faults.figures import counted
from tests.faults.one_server import OneServer
from tests.faults.trial import Found, Running, under_load


def broken(server: OneServer, seconds: float, pause: float, rate: float, dashboards: int) -> Found:
    """What is found after that many seconds, with that long a pause after each."""
    chance = random.Random(5)
    times: Counter[int | str] = Counter()

    def reload_and_kill(_running: Running) -> list[float]:
        moments = []
        until = time.monotonic() + seconds
        while not times or time.monotonic() < until:
            for what in ("reload", "kill"):
                times[what] += 1
                moments.append(time.monotonic())
                server.nginx.reload() if what == "reload" else server.kill_part("nginx", chance)
                time.sleep(pause)
        return moments

    found = under_load(server, reload_and_kill, rate, dashboards)
    return replace(found, more={"nginx": counted(times)})
