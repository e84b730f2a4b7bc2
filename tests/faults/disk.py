"""The disk is full for a while, under load."""

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

import httpx

from tests.faults.load import load
from tests.faults.oracle import Outcome, check_order, check_visits, outcome
from tests.faults.processes import SHAPES, OneProcess, Shape
from tests.faults.stored import drained
from tests.prepared import prepared

DISK_MB = 24


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of DISK_MB in memory. Ends the process with a sentence where it cannot be."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "footfall", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The fault of a full disk mounts a tmpfs, which only root can: {done.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """No room on a disk, not even what is given back meanwhile."""
    ballast, freed = disk / "ballast", threading.Event()

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            while not freed.wait(0.01):
                with suppress(OSError):
                    while True:
                        file.write(bytes(4096))

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    try:
        yield
    finally:
        freed.set()
        filling.join()
        ballast.unlink()


@contextmanager
def limited(server: OneProcess) -> Iterator[None]:
    """No file that the server writes may grow, which needs no disk to be full."""
    assert server.process
    process, unlimited = server.process.pid, resource.RLIM_INFINITY
    resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, unlimited))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (unlimited, unlimited))


NoRoom = Callable[[], AbstractContextManager[None]]


def full(folder: Path, shape: str, absences: int, seconds: float, rate: float) -> Outcome:
    """The outcome where a small disk is full for that many seconds, several times."""
    with small_disk(folder / "disk") as disk, prepared(SHAPES[shape](disk)) as server:
        no_room = partial(filled, disk)
        return without_room(server, no_room, absences, seconds, rate)


def no_growth(folder: Path, seconds: float, rate: float) -> Outcome:
    """The outcome where no file may grow for that many seconds."""
    with prepared(OneProcess(folder)) as server:
        return without_room(server, partial(limited, server), 1, seconds, rate)


def without_room(
    server: Shape, no_room: NoRoom, absences: int, seconds: float, rate: float
) -> Outcome:
    back: list[float] = []
    with load(server.port, rate) as running:
        for _ in range(absences):
            time.sleep(2)
            with no_room():
                assert 503 in health(server, seconds)
            back.append(time.monotonic())
        time.sleep(3)
    stored = drained(server.environment)
    found = outcome(running, stored, back).check()
    assert found.unavailable > 0
    check_order(running, stored)
    check_visits(running, stored)
    return found


def health(server: Shape, seconds: float) -> set[int]:
    """What the server said of itself in that time. A few bytes may still fit where no hit does."""
    said = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        said.add(httpx.get(f"{server.pages_url}/healthz", timeout=15).status_code)
        time.sleep(0.5)
    return said
