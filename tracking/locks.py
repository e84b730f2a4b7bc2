"""Locks between processes: locked files, which a killed process gives back."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def takes(file: TextIO) -> bool:
    """Lock a file for its opener alone, until it is closed; whether nobody else has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether nobody else is inside, in whatever process; while inside, nobody comes in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        yield takes(file)
