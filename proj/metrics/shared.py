"""The figures of processes that serve together: each writes its own to a file every few seconds.

So counting costs a hit nothing but an addition in memory, a disk that is full costs fresh figures
alone, and any process can show those of all. A file is `<id>.json` beside `<id>.alive`, which its
process holds locked while it lives. What ended processes have counted is kept in one file, with the
ids of those that are in it, so that being killed while that is written counts nothing twice.
"""

import atexit
import os
import secrets
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TextIO

import msgspec
import structlog
from django.conf import settings
from msgspec import Struct
from prometheus_client import REGISTRY

from proj import process
from proj.metrics.families import Family, added, collected, lasting
from tracking.locks import alone, takes

logger = structlog.get_logger(__name__)

WRITE_SECONDS = 5.0
ENDED = "ended.json"
# Of ended processes, whose files somebody may still be reading.
IDS_KEPT = 100

_making = threading.Lock()


class Ended(Struct):
    """Of processes that live no more."""

    ids: list[str] = []
    families: list[Family] = []


class Sharing:
    """What this process writes, and reads of the others, in a folder of the machine's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = secrets.token_hex(8)
        self.alive: TextIO | None = None

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.fold()
        self.alive = (self.folder / f"{self.id}.alive").open("w")
        takes(self.alive)
        self.write()
        threading.Thread(target=self.keep_writing, name="figures", daemon=True).start()
        atexit.register(self.write)

    def keep_writing(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(WRITE_SECONDS)
            self.write()

    def write(self) -> None:
        # Without room, or a folder, the others see what was written last.
        with suppress(OSError):
            replace(self.folder / f"{self.id}.json", msgspec.json.encode(own()))

    def of_all(self) -> list[list[Family]]:
        """This process's figures as they are, those of the others as they were written last."""
        self.fold()
        found = self.read()
        # Last: a process that ended meanwhile is in both, and known by its id.
        ended = self.ended()
        found.pop(self.id, None)
        for each in ended.ids:
            found.pop(each, None)
        return [own(), *found.values(), ended.families]

    def read(self) -> dict[str, list[Family]]:
        found = {}
        for path in self.folder.glob("*.json"):
            if path.name != ENDED:
                with suppress(OSError, msgspec.DecodeError):
                    found[path.stem] = msgspec.json.decode(path.read_bytes(), type=list[Family])
        return found

    def ended(self) -> Ended:
        try:
            return msgspec.json.decode((self.folder / ENDED).read_bytes(), type=Ended)
        except (OSError, msgspec.DecodeError):
            return Ended()

    def fold(self) -> None:
        """Add what ended processes have counted to what is kept of such, and remove their files."""
        with suppress(OSError), alone(self.folder / "folding") as mine:
            if not mine:
                return
            ended = self.ended()
            files = self.read()
            gone = [each for each in files if each != self.id and not self.lives(each)]
            fresh = [each for each in gone if each not in ended.ids]
            if fresh:
                sums = added([ended.families, *(lasting(files[each]) for each in fresh)])
                ids = [*ended.ids, *fresh][-IDS_KEPT:]
                replace(self.folder / ENDED, msgspec.json.encode(Ended(ids, sums)))
            for each in gone:
                for suffix in ("json", "alive"):
                    (self.folder / f"{each}.{suffix}").unlink(missing_ok=True)

    def lives(self, other: str) -> bool:
        try:
            with (self.folder / f"{other}.alive").open() as file:
                return not takes(file)
        except FileNotFoundError:
            return False


def own() -> list[Family]:
    return collected(REGISTRY, process.kind(), os.getpid())


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    written = path.with_suffix(".new")
    written.write_bytes(content)
    written.replace(path)


def sharing() -> Sharing | None:
    """Of this process. None where one process does everything, or nobody may ask."""
    # Workers' threads ask at once, and a process that wrote two files would count twice.
    with _making:
        return _sharing()


@cache
def _sharing() -> Sharing | None:
    if not settings.REDIS_URL or not settings.METRICS_TOKEN:
        return None
    made = Sharing(settings.DATA / "metrics")
    try:
        made.start()
    except OSError as error:
        # Without room, or a folder, each process tells of itself alone: hits matter more.
        logger.warning("figures_not_shared", error=type(error).__name__)
        return None
    return made


def families() -> list[Family]:
    here = sharing()
    return added(here.of_all() if here else [own()])
