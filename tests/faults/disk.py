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

from tests.faults.one_server import OneServer
from tests.faults.processes import OneProcess
from tests.faults.shapes import ONE_PROCESS, Shape, served
from tests.faults.trial import Found, Running, under_load
from tests.prepared import prepared

ONE_PROCESS_MB = 24
PATIENCE = 120.0
POSTGRES_MB = 256  # an empty one has some 80


@contextmanager
def small_disk(folder: Path, mb: int) -> Iterator[Path]:
    """A file system of that size in memory. Ends the process with a sentence where it cannot be."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mb}m,mode=755", "footfall", str(folder)]
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


def full(folder: Path, shape: str, absences: int, seconds: float, rate: float) -> Found:
    """What is found where a small disk is full for that many seconds, several times.

    Of one process all lies on it, of one server what PostgreSQL has.
    """
    if shape == ONE_PROCESS:
        with small_disk(folder / "disk", ONE_PROCESS_MB) as disk, served(shape, disk) as server:
            return without_room(server, partial(filled, disk), absences, seconds, rate)
    deployed = OneServer(folder / "server")
    with small_disk(folder / "disk", POSTGRES_MB) as deployed.postgres_under, deployed:
        no_room = partial(postgres_without_room, deployed, deployed.postgres_under)
        return without_room(deployed, no_room, absences, seconds, rate)


@contextmanager
def postgres_without_room(server: OneServer, disk: Path) -> Iterator[None]:
    """It ends where it cannot write its log; who gives it room starts it again."""
    with filled(disk):
        yield
    server.start_postgres()


def no_growth(folder: Path, seconds: float, rate: float) -> Found:
    """What is found where no file may grow for that many seconds."""
    with prepared(OneProcess(folder)) as server:
        return without_room(server, partial(limited, server), 1, seconds, rate)


def without_room(
    server: Shape, no_room: NoRoom, absences: int, seconds: float, rate: float
) -> Found:
    def fill(_running: Running) -> list[float]:
        back = []
        for _ in range(absences):
            time.sleep(2)
            with no_room():
                assert 503 in health(server, seconds)
            back.append(time.monotonic())
        time.sleep(3)
        return back

    found = under_load(server, fill, rate)
    assert found.hits.unavailable > 0, found
    return found


def health(server: Shape, seconds: float) -> set[int]:
    """What the server said of itself in that time, or until it said 503.

    A few bytes may still fit where no hit does.
    """
    said = set[int]()
    until = time.monotonic() + seconds
    with httpx.Client(base_url=server.pages_url, timeout=60, verify=server.tls or True) as client:
        while (now := time.monotonic()) < until or (503 not in said and now < until + PATIENCE):
            said.add(client.get("/healthz").status_code)
            time.sleep(0.5)
    return said
