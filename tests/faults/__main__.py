"""`make faults`: the server under load while something fails, for minutes each.

    python -m tests.faults [words of a fault's name]

prints what became of the hits. Ends with 1 where one was lost, counted twice or wrongly answered,
or where the server did not come back soon. About 60 minutes; one of the faults needs root.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults import backup, clock, consumer, database, disk, feed, kill, memory, presence
from tests.faults.oracle import Outcome
from tests.faults.processes import SHAPES
from tests.on_postgres import postgres

KILL = {"seconds": 120, "pause": 8, "rate": 400}
BACKUPS = {"hits": 4000, "rounds": 5, "rate": 300}
LEAST_RATE = 200  # accepted hits a second while processes are killed
SOON = 15  # seconds; a killed server has to start
FLAT_MB = 12  # what memory may grow in the second half of a steady load
MOST_MB = 80  # what hostile senders may add

# Gives what became of the hits, or a table of its own.
Fault = Callable[[Path], Outcome | str]


def faults() -> Iterator[tuple[str, Fault]]:
    for shape in SHAPES:
        yield f"kill, {shape}, SQLite", lambda at, shape=shape: killed(shape, at)
        yield f"kill, {shape}, PostgreSQL", lambda at, shape=shape: killed_on_postgres(shape, at)
        yield (
            f"database away, {shape}",
            lambda at, shape=shape: recovered(
                database.away(shape, at, [0, 3, 0, 45, 10], pause=8, rate=300)
            ),
        )
        yield (
            f"disk full, {shape}",
            lambda at, shape=shape: recovered(
                disk.full(at, shape, absences=4, seconds=10, rate=300)
            ),
        )
        yield (
            f"clock moved, {shape}",
            lambda at, shape=shape: recovered(
                clock.moved(shape, at, clock.MOVES, seconds=8, rate=150)
            ),
        )
        yield (
            f"hostile load, {shape}",
            lambda at, shape=shape: bounded(memory.attacked(shape, at, seconds=60, rate=50)),
        )
        yield (
            f"steady load, {shape}",
            lambda at, shape=shape: flat(memory.steady(shape, at, seconds=600, every=30, rate=300)),
        )
        yield (
            f"backup, {shape}, SQLite",
            lambda at, shape=shape: backup.on_sqlite(shape, at, **BACKUPS),
        )
        yield (
            f"backup, {shape}, PostgreSQL",
            lambda at, shape=shape: backup.on_postgres(shape, at, **BACKUPS),
        )
    for shape in feed.SHAPES:
        yield (
            f"feed broken, {shape}",
            lambda at, shape=shape: feed.followed(shape, at, seconds=120, pause=4, rate=150).row(),
        )
    yield "presence, memory", presence.right
    yield "presence, Redis", presence.right_by_redis
    yield "consumer dead", lambda at: consumer.dead(at, seconds=180, rate=300)


def killed(shape: str, at: Path, **environment: str) -> Outcome:
    found = recovered(kill.killed(shape, at, **KILL, **environment))
    assert found.rate >= LEAST_RATE, found
    return found


def killed_on_postgres(shape: str, at: Path) -> Outcome:
    with postgres() as address:
        return killed(shape, at, DATABASE_URL=address)


def recovered(found: Outcome) -> Outcome:
    assert found.recovery < SOON, found
    return found


def flat(found: Outcome) -> Outcome:
    second_half = found.memory_mb[len(found.memory_mb) // 2 :]
    assert second_half[-1] - second_half[0] < FLAT_MB, found
    return found


def bounded(found: Outcome) -> Outcome:
    before, *during = found.memory_mb
    assert max(during) - before < MOST_MB, found
    return found


COLUMNS = ("sent", "accepted", "stored", "doubled", "lost", "503", "unanswered", "hits/s")


def row(found: Outcome | str) -> str:
    if isinstance(found, str):
        return found
    counts = (found.sent, found.accepted, found.stored, found.doubled, found.lost)
    cells = (*counts, found.unavailable, found.unanswered, round(found.rate))
    text = "".join(f"{cell:>11}" for cell in cells)
    text += f"{found.slowest:>10.1f}s{found.recovery:>10.1f}s"
    if found.memory_mb:
        text += f"\n    MB: {' '.join(f'{each:.0f}' for each in found.memory_mb)}"
    return text


def main(words: list[str]) -> int:
    wanted = [each for each in faults() if all(word.lower() in each[0].lower() for word in words)]
    if not wanted:
        print(f"No fault has {' '.join(words)} in its name.")
        return 1
    failed = False
    print(f"{'':32}" + "".join(f"{name:>11}" for name in COLUMNS) + "    slowest   recovery")
    for name, fault in wanted:
        print(f"{name:32}", end="", flush=True)
        with tempfile.TemporaryDirectory(prefix="footfall-faults-") as folder:
            try:
                print(row(fault(Path(folder))), flush=True)
            except AssertionError as error:
                failed = True
                print(f"  failed: {error}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
