"""Asking the queue for a drain of the inbox."""

import threading
import time

import structlog
from django.conf import settings

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 1
# Longer than a request counts as pending.
REPEAT_SECONDS = 6


class DrainRequests:
    """Asks for a drain after commits, in a thread of its own so that accepting never waits for it.

    While the queue is down it asks again each second, and after the last commit once more.
    """

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()
        self._down = False

    def ask(self) -> None:
        self._wanted.set()
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="drains", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        repeat: float | None = None
        while True:
            repeated = not self._wanted.wait(repeat)
            self._wanted.clear()
            if self._request():
                # Once more when all is quiet: the drain may have been lost with a killed worker.
                repeat = None if repeated else REPEAT_SECONDS
            else:
                time.sleep(RETRY_SECONDS)
                self._wanted.set()

    def _request(self) -> bool:
        from tracking import tasks

        try:
            for shard in range(settings.SHARDS):
                tasks.request_drain(shard)
        except Exception as error:
            if not self._down:
                logger.warning("queue_down", error=type(error).__name__)
            self._down = True
            return False
        self._down = False
        return True
