"""Turns at writing, within this process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

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
    """A transaction that writes, after those of this process that came before.

    SQLite has one writer at a time, and whoever finds it busy sleeps for ever longer until it
    looks again. Threads that take turns here never find it busy; other processes still may.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _turn, transaction.atomic():
        yield
