"""The faults that are tried, and what each promises."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults import (
    backup,
    clock,
    disk,
    kill,
    memory,
    presence,
    proxy,
    queue_dead,
    readers,
    rolling,
)
from tests.faults.away import Service, away
from tests.faults.figures import Figures, figures, hit_figures
from tests.faults.one_server import OneServer
from tests.faults.shapes import ONE_PROCESS, ONE_SERVER, SHAPES, served
from tests.faults.trial import Found
from tests.on_postgres import postgres, postgres_server, stop_at_once

SOON = 15  # seconds; a killed server has to start
FLAT_MB = 12  # what memory may grow in the second half of a steady load
MOST_MB = 80  # what hostile senders, and readers that lag, may add
LATER_MS = 500  # by how much lagging readers may delay others

HITS_KEPT = (
    "Accepted ⊆ stored ⊆ sent, each once, in order; visits and figures as the logs make them"
)
FEED_KEPT = "each dashboard is told each stored visit once, in order, without gap"
BOTH_KEPT = f"{HITS_KEPT}; {FEED_KEPT}"
BACK_SOON = f"hits are taken again within {SOON} s"


@dataclass(frozen=True)
class Fault:
    """`run` gets an empty folder and a scale: at 1 the fault lasts for minutes, at 0.1 seconds.

    It gives figures, and raises AssertionError where the promise is broken.
    """

    name: str
    promise: str
    run: Callable[[Path, float], Figures]


def faults() -> Iterator[Fault]:
    yield Fault(
        f"kill, {ONE_PROCESS}, PostgreSQL",
        f"{BOTH_KEPT}; {BACK_SOON}.",
        lambda at, scale: figures(killed_on_postgres(at, scale)),
    )
    for shape in SHAPES:
        yield from of_shape(shape)
    yield from of_one_server()
    yield from of_backups()
    yield Fault(
        f"PostgreSQL away, {ONE_PROCESS}",
        f"{BOTH_KEPT}; {BACK_SOON}, ten times.",
        lambda at, scale: figures(without_postgres(at, scale)),
    )
    for name, run in (("memory", presence.right), ("Redis", presence.right_by_redis)):
        yield Fault(
            f"presence, {name}",
            f"However visitors come and go, who is online is right within {presence.LONGEST_S} s.",
            lambda at, _scale, run=run: run(at),
        )


def of_shape(shape: str) -> Iterator[Fault]:
    """Those of both shapes."""
    yield Fault(
        f"kill, {shape}",
        f"{BOTH_KEPT}; {BACK_SOON}.",
        lambda at, scale: figures(killed(shape, at, scale)),
    )
    yield Fault(
        f"clock moved, {shape}",
        f"{HITS_KEPT}, visits and figures apart; each day that comes has its salt.",
        lambda at, scale: figures(
            recovered(clock.moved(shape, at, clock.MOVES, seconds=8 * scale + 1, rate=150))
        ),
    )
    yield Fault(
        f"over midnight, {shape}",
        f"{HITS_KEPT}, also of those that are open at midnight.",
        lambda at, scale: figures(
            some_open(clock.over_midnight(shape, at, seconds=60 * scale + 6, rate=150))
        ),
    )
    yield Fault(
        f"disk full, {shape}",
        f"{HITS_KEPT}; 503 while it is full; {BACK_SOON}.",
        lambda at, scale: figures(
            recovered(disk.full(at, shape, times(4, scale), seconds=10 * scale + 2, rate=300))
        ),
    )
    yield Fault(
        f"readers that lag, {shape}",
        f"{BOTH_KEPT}, to those that lag too; they add less than {MOST_MB} MB, and others are told "
        f"at most {LATER_MS} ms later.",
        lambda at, scale: figures(
            unnoticed(readers.lagging(shape, at, seconds=180 * scale, rate=150))
        ),
    )
    yield Fault(
        f"hostile load, {shape}",
        f"{HITS_KEPT}; others are all answered; memory grows by less than {MOST_MB} MB.",
        lambda at, scale: figures(
            bounded(memory.attacked(shape, at, seconds=60 * scale + 6, rate=50))
        ),
    )
    yield Fault(
        f"steady load, {shape}",
        f"{HITS_KEPT}; memory grows by less than {FLAT_MB} MB in the second half.",
        lambda at, scale: figures(
            flat(memory.steady(shape, at, seconds=600 * scale, every=30 * scale, rate=300))
        ),
    )


def of_one_server() -> Iterator[Fault]:
    yield of_the_server(
        "Redis away",
        f"{BOTH_KEPT}; each hit is answered, and taken.",
        lambda server, scale: all_taken(
            away(server, redis_of(server), [60 * scale], pause=10 * scale + 1, rate=200)
        ),
    )
    yield of_the_server(
        "PostgreSQL away",
        f"{BOTH_KEPT}; {BACK_SOON}, ten times.",
        lambda server, scale: recovered(
            away(server, postgres_of(server), absences(scale), pause=8 * scale + 1, rate=200)
        ),
    )
    yield of_the_server(
        "queue dead",
        f"{BOTH_KEPT}; each hit is answered, and taken; the backlog is told, then drained.",
        lambda server, scale: all_taken(
            queue_dead.dead(server, seconds=600 * scale, rate=100, dashboards=5)
        ),
    )
    yield of_the_server(
        "rolling restart",
        f"{BOTH_KEPT}; no hit and no page fails.",
        lambda server, scale: all_taken(
            rolling.restarted(server, seconds=180 * scale, rate=150, dashboards=20)
        ),
    )
    yield of_the_server(
        "nginx reloaded and killed",
        f"{BOTH_KEPT}; {BACK_SOON}.",
        lambda server, scale: recovered(
            proxy.broken(server, 120 * scale, pause=5 * scale + 1, rate=150, dashboards=20)
        ),
    )


def of_backups() -> Iterator[Fault]:
    promise = "What was accepted before a backup began is there once it is restored, each once."
    for name, back_up in (("SQLite", backup.on_sqlite), ("PostgreSQL", backup.on_postgres)):
        yield Fault(
            f"backup under load, {name}",
            promise,
            lambda at, scale, back_up=back_up: hit_figures(
                back_up("one process", at, hits=round(4000 * scale), rounds=5, rate=300)
            ),
        )


def of_the_server(name: str, promise: str, find: Callable[[OneServer, float], Found]) -> Fault:
    def run(at: Path, scale: float) -> Figures:
        with OneServer(at) as server:
            return figures(find(server, scale))

    return Fault(f"{name}, {ONE_SERVER}", promise, run)


def redis_of(server: OneServer) -> Service:
    return Service(server.stop_redis, server.start_redis)


def postgres_of(server: OneServer) -> Service:
    return Service(server.stop_postgres, server.start_postgres)


def times(number: int, scale: float) -> int:
    return max(1, round(number * scale))


def absences(scale: float) -> list[float]:
    """Ten times for seconds each, or as many of them as the scale leaves, but two."""
    return [0, 3, 0, 45, 10, 0, 1, 5, 0, 20][: max(2, times(10, scale))]


def killed(shape: str, at: Path, scale: float, **environment: str) -> Found:
    with served(shape, at, **environment) as server:
        return recovered(kill.killed(server, 180 * scale, pause=8 * scale + 1, rate=250))


def killed_on_postgres(at: Path, scale: float) -> Found:
    with postgres() as address:
        return killed(ONE_PROCESS, at, scale, DATABASE_URL=address)


def without_postgres(at: Path, scale: float) -> Found:
    with (
        postgres_server() as database,
        served(ONE_PROCESS, at, DATABASE_URL=database.get_uri()) as server,
    ):
        service = Service(lambda: stop_at_once(database), database.ensure_postgres_running)
        return recovered(away(server, service, absences(scale), pause=8 * scale + 1, rate=300))


def all_taken(found: Found) -> Found:
    assert (0, 0) == (found.hits.unavailable, found.hits.unanswered), found
    return found


def recovered(found: Found) -> Found:
    assert found.hits.recovery < SOON, found
    return found


def some_open(found: Found) -> Found:
    assert found.more[clock.OPEN_AT_MIDNIGHT], found
    return found


def flat(found: Found) -> Found:
    second_half = found.memory_mb[len(found.memory_mb) // 2 :]
    assert second_half[-1] - second_half[0] < FLAT_MB, found
    return found


def bounded(found: Found) -> Found:
    before, *during = found.memory_mb
    assert max(during) - before < MOST_MB, found
    return found


def unnoticed(found: Found) -> Found:
    before, meanwhile = found.more[readers.BEFORE], found.more[readers.MEANWHILE]
    assert float(meanwhile) <= float(before) + LATER_MS, found
    return bounded(found)
