"""Asking what may never answer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")

# Anybody may ask, so that questions come no more often than this to what is asked.
FRESH_SECONDS = 1.0
SECONDS = 3.0


class Bounded(Generic[T]):
    """Asks in a thread of its own, for no longer than `seconds`; keeps a fresh answer.

    While one question hangs no other is asked, so that threads do not gather.
    """

    def __init__(self, ask: Callable[[], T], seconds: float | None = None) -> None:
        self.ask = ask
        self.seconds = seconds
        self._lock = threading.Lock()
        self._answer: Future[T] | None = None
        self._asked = float("-inf")

    def begin(self) -> tuple[Future[T], float]:
        """Ask, unless an answer is there or on its way; with until when to wait for it."""
        with self._lock:
            if self._answer is None or (self._answer.done() and self._is_old()):
                self._answer, self._asked = Future(), time.monotonic()
                self._start(self._answer)
            return self._answer, self._asked + (SECONDS if self.seconds is None else self.seconds)

    def _start(self, answer: Future[T]) -> None:
        # Not of a pool: the process's end would wait for one that hangs.
        thread = threading.Thread(target=self._run, args=[answer], name="bounded", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            answer.set_exception(OSError(f"no thread: {error}"))

    def answer(self) -> T:
        """Raises TimeoutError where none comes, OSError without a thread, and what `ask` raises."""
        answer, until = self.begin()
        return answer.result(max(0.0, until - time.monotonic()))

    def _is_old(self) -> bool:
        return time.monotonic() - self._asked >= FRESH_SECONDS

    def _run(self, answer: Future[T]) -> None:
        try:
            found = self.ask()
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(found)
        finally:
            # The thread ends, and its connection would be nobody's.
            with suppress(Exception):
                connections.close_all()
