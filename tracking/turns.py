"""Turns at writing."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.db import OperationalError, connection, transaction

from tracking.locks import takes

LONGEST_WAIT = 5.0  # seconds, as SQLite waits
LOOK_AGAIN = 0.001

_turn = threading.Lock()


class OneAtATime:
    """Runs a piece of work in one thread at a time; asked meanwhile, that thread runs it again."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._running = threading.Lock()

    def run(self, work: Callable[[], object]) -> None:
        """Return when the work has run, all of it after this call, or another thread sees to it."""
        self._asked.set()
        # Who finds the lock held leaves the flag to its holder, who looks again after release.
        while self._asked.is_set() and self._running.acquire(blocking=False):
            try:
                self._asked.clear()
                work()
            finally:
                self._running.release()


@contextmanager
def write_transaction() -> Iterator[None]:
    """A transaction that writes, after those that came before.

    SQLite has one writer at a time, and whoever finds it busy sleeps for ever longer until it
    looks again. Writers that take turns here never find it busy. Raises OperationalError where the
    turn does not come in time.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _turn, turn_of_process(), transaction.atomic():
        yield


@contextmanager
def turn_of_process() -> Iterator[None]:
    """The turn among the processes of this database; a killed process gives it back."""
    # Opened anew each time: forked processes that share a file share its lock.
    try:
        file = Path(f"{connection.settings_dict['NAME']}-turn").open("a")  # noqa: SIM115
    except OSError as error:
        raise OperationalError(f"no turn at writing: {error}") from error
    with file:
        wait_for(file)
        yield


def wait_for(file: TextIO) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    while not takes(file):
        # Not without end: a process that was stopped in its turn may never give it back.
        if time.monotonic() > deadline:
            raise OperationalError("another process does not end its turn at writing")
        time.sleep(LOOK_AGAIN)
