"""Processes are killed, and dashboards lose their lines or stand still, at random under load."""

import itertools
import random
import time
from collections import Counter
from dataclasses import replace

from tests.faults.figures import counted
from tests.faults.following import Followers
from tests.faults.load import DOMAIN
from tests.faults.shapes import Shape
from tests.faults.trial import Found, Running, under_load

DASHBOARDS = 20
STANDS_STILL_SECONDS = 3.0
AFTERWARDS = 250  # hits that are to be accepted after the last break
PATIENCE = 300.0


def killed(
    server: Shape, seconds: float, pause: float, rate: float, least: int = 0, domain: str = DOMAIN
) -> Found:
    """What is found after that many seconds, with up to `pause` between two breaks.

    It goes on, where the server is slow to come back, until each part was killed once and `least`
    visits were told. `more` says how often what was broken.
    """
    chance = random.Random(11)
    broken: Counter[int | str] = Counter()

    def kill(running: Running) -> list[float]:
        moments = []
        order = shuffled([*server.parts, "line", "reader"], chance)
        until = time.monotonic() + seconds
        for what in itertools.cycle(order):
            enough = len(broken) == len(order) and told_of(running.followers) >= least
            if time.monotonic() >= (until if enough else until + PATIENCE):
                break
            time.sleep(chance.uniform(0.2, pause))
            broken[what] += 1
            if what == "line":
                running.followers.break_one(chance)
            elif what == "reader":
                stand_still(running.followers, chance)
            else:
                moments.append(time.monotonic())
                server.kill_part(what, chance)
        running.load.wait_for_more(AFTERWARDS, PATIENCE)
        return moments

    found = under_load(server, kill, rate, DASHBOARDS, domain)
    return replace(found, more={"broken": counted(broken)})


def shuffled(parts: list[str], chance: random.Random) -> list[str]:
    return chance.sample(parts, len(parts))


def told_of(followers: Followers) -> int:
    """Of how many visits the one that knows of most was told."""
    return max(len(each.ids) for each in followers.all)


def stand_still(followers: Followers, chance: random.Random) -> None:
    number = chance.randrange(len(followers.all))
    followers.stop_reading(number)
    time.sleep(STANDS_STILL_SECONDS)
    followers.read_on(number)
