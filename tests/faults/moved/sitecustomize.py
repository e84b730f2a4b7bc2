"""Lets the clock of a process follow a file, which holds how many seconds it is ahead.

Python imports this at its start where the folder is on its path. Time that is only measured
(monotonic) goes on, as with a real clock that is set.
"""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

FILE = Path(os.environ["CLOCK_AHEAD_FILE"])
LOOK_AGAIN = 0.02

travel = time_machine.travel(datetime.now(UTC), tick=True)
clock = travel.start()


def follow() -> None:
    wait = threading.Event().wait
    ahead = timedelta()
    while True:
        now = timedelta(seconds=float(FILE.read_text()))
        if now != ahead:
            ahead = now
            true = time_machine.escape_hatch.datetime.datetime.now(UTC)
            clock.move_to(true + ahead, tick=True)
        wait(LOOK_AGAIN)


def start() -> None:
    threading.Thread(target=follow, daemon=True).start()


# Threads do not outlive a fork.
os.register_at_fork(after_in_child=start)
start()
