"""A server under load, with dashboards that follow it, while something is done to it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.faults.following import Followers, signed_in
from tests.faults.load import DOMAIN, Load, load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.shapes import Shape
from tests.faults.stored import Event, Stored, drained
from tests.faults.told import Told, told

PATIENCE = 120.0


@dataclass(frozen=True)
class Running:
    """What is done to the server sees the load and the dashboards, and may do to them too."""

    load: Load
    followers: Followers


@dataclass(frozen=True)
class Found:
    """What became of the hits, and what the dashboards were told."""

    hits: Outcome
    stored: Stored = field(repr=False)
    running: Running = field(repr=False)
    told: Told | None = None
    memory_mb: tuple[float, ...] = ()  # of the processes that take hits, where it was looked at
    more: dict[str, float | str] = field(default_factory=dict)  # by names


# Does something to a server; returns the moments (monotonic) after which it is to answer again.
Act = Callable[[Running], Sequence[float]]


def under_load(
    server: Shape,
    act: Act,
    rate: float,
    dashboards: int = 0,
    domain: str = DOMAIN,
    forward: bool = True,
) -> Found:
    """The outcome of an act, with that many hits a second, once all is stored and told.

    The site had no hit before. `forward` says that the clock is not set back. Raises AssertionError
    where a hit, its place in the order, a visit, a figure or what a dashboard was told is wrong.
    """
    session = signed_in(server.pages_url, server.tls) if dashboards else ""
    with Followers(dashboards, server.pages_url, session, server.tls, domain) as followers:
        with load(server.url, rate, server.tls, domain) as sending:
            running = Running(sending, followers)
            moments = act(running)
        server.settle()
        stored = drained(server.environment, domain)
        feed = heard(running, stored) if dashboards else None
    hits = outcome(sending, stored, list(moments)).check()
    check_order(sending, stored)
    if forward:
        check_visits(sending, stored)
    return Found(hits, stored, running, feed)


def heard(running: Running, stored: Stored) -> Told:
    """What the dashboards were told in the end; raises AssertionError."""
    followers = running.followers.all
    visits = [event for event in stored.events if event.id == event.visit]
    wait_until_told(running.followers, visits[-1].id)
    ends = sum((each.ends for each in followers), Counter())
    ids = [event.id for event in visits]
    found = told(ids, [each.ids for each in followers], ends=ends).check()
    return replace(found, late=late(running, visits))


def wait_until_told(followers: Followers, last: int) -> None:
    """Until each has been told of the last visit, or is not."""
    deadline = time.monotonic() + PATIENCE
    while not all(each.ids and each.ids[-1] >= last for each in followers.all):
        followers.check()
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)


def late(running: Running, visits: Sequence[Event]) -> float:
    """How long after the last visit was accepted the last dashboard was told of it."""
    accepted = {hit.path: hit.answered_at for hit in running.load.accepted}
    last = max((event for event in visits if event.path in accepted), key=lambda event: event.id)
    told_at = max(each.told_at[last.id] for each in running.followers.all)
    return told_at - accepted[last.path]
