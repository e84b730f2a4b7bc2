"""Dashboards follow the feed while their lines, Redis and daphne are broken again and again."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.following import Followers, signed_in
from tests.faults.load import load
from tests.faults.processes import OneProcess, Shape, WithDaphne
from tests.faults.stored import drained
from tests.on_redis import RedisServer
from tests.prepared import prepared

DASHBOARDS = 20
AWAY_SECONDS = 3.0  # for which Redis is dead and a reader stands still
PATIENCE = 120.0
SHAPES = ("one process", "daphne and Redis")


@dataclass(frozen=True)
class Followed:
    """What the dashboards were told; `late` are seconds from the last event to the last told."""

    visits: int
    dashboards: int
    missed: int
    repeated: int
    out_of_order: int
    late: float
    broken: Counter[str]  # how often what was broken
    ends: Counter[int | str]  # how the lines ended

    def check(self) -> "Followed":
        """Raise AssertionError unless each dashboard was told each visit once, in order."""
        assert (0, 0, 0) == (self.missed, self.repeated, self.out_of_order), self
        assert self.visits > 0
        return self

    def row(self) -> str:
        broken = ", ".join(f"{what} {times}" for what, times in self.broken.items())
        ends = ", ".join(f"{code} {times}" for code, times in self.ends.most_common())
        return (
            f"{self.visits} visits, {self.dashboards} dashboards: {self.missed} missed, "
            f"{self.repeated} repeated, {self.out_of_order} out of order; all told "
            f"{self.late:.1f} s after the last\n    broken: {broken}\n    lines ended: {ends}"
        )


def followed(
    shape: str,
    data: Path,
    seconds: float,
    pause: float,
    rate: float,
    least: int = 0,
    **environment: str,
) -> Followed:
    """What they were told in that many seconds, with up to `pause` between two breaks.

    It goes on, where the server is slow to come back, until each kind of break was made and `least`
    visits were told, for up to two minutes more.
    """
    chance = random.Random(11)
    with served(shape, data, **environment) as (server, breaks):
        session = signed_in(server.pages_url)
        with Followers(DASHBOARDS, server.pages_url, session) as followers:
            broken: Counter[str] = Counter()
            order = itertools.cycle(order_of(breaks))
            with load(server.port, rate):
                kinds = len(set(order_of(breaks)))
                until = time.monotonic() + seconds
                while time.monotonic() < until or (
                    (len(broken) < kinds or told_of(followers) < least)
                    and time.monotonic() < until + PATIENCE
                ):
                    time.sleep(chance.uniform(0.2, pause))
                    what = next(order)
                    broken[what] += 1
                    break_it(what, breaks, followers, chance)
            stored = drained(server.environment)
            visits = [event.id for event in stored.events if event.id == event.visit]
            late = wait_until_told(followers, visits[-1])
    told = [each.ids for each in followers.all]
    return Followed(
        visits=len(visits),
        dashboards=len(told),
        missed=sum(len(set(visits) - set(ids)) for ids in told),
        repeated=sum(len(ids) - len(set(ids)) for ids in told),
        out_of_order=sum(ids != sorted(ids) for ids in told),
        late=late,
        broken=broken,
        ends=sum((each.ends for each in followers.all), Counter()),
    ).check()


Breaks = dict[str, Callable[[], None]]


def order_of(breaks: Breaks) -> list[str]:
    return [*breaks, "line", "reader", "line"]


def told_of(followers: Followers) -> int:
    """Of how many visits the one that knows of most was told."""
    return max(len(each.ids) for each in followers.all)


@contextmanager
def served(shape: str, data: Path, **environment: str) -> Iterator[tuple[Shape, Breaks]]:
    """The running server, and what can be broken of it."""
    if shape == "one process":
        with prepared(OneProcess(data, **environment)) as server:
            yield server, {"server": lambda: server.kill_one(random.Random())}
        return
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(data))
        deployed = prepared(WithDaphne(data, REDIS_URL=redis.url, **environment))
        stack.enter_context(deployed)

        def without_redis() -> None:
            redis.kill()
            time.sleep(AWAY_SECONDS)
            redis.start()

        def without_daphne() -> None:
            deployed.kill_named("pages")
            deployed.start_one("pages")

        yield deployed, {"Redis": without_redis, "daphne": without_daphne}


def break_it(what: str, breaks: Breaks, followers: Followers, chance: random.Random) -> None:
    if what == "line":
        followers.break_one(chance)
    elif what == "reader":
        number = chance.randrange(len(followers.all))
        followers.stop_reading(number)
        time.sleep(AWAY_SECONDS)
        followers.read_on(number)
    else:
        breaks[what]()


def wait_until_told(followers: Followers, last: int, seconds: float = 60) -> float:
    """How long it takes until each has been told of the last visit."""
    started = time.monotonic()
    while not all(each.ids and each.ids[-1] >= last for each in followers.all):
        if time.monotonic() > started + seconds:
            break
        time.sleep(0.05)
    return time.monotonic() - started
