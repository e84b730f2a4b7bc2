"""Asking the queue for a drain of the inbox."""

import threading
import time

import structlog
from django.conf import settings

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 1


class DrainRequests:
    """Asks for a drain after commits, in a thread of its own so that accepting never waits for it.

    While the queue is down it asks again each second.
    """

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()

    def ask(self) -> None:
        self._wanted.set()
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="drains", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        from tracking import tasks

        down = False
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                for shard in range(settings.SHARDS):
                    tasks.request_drain(shard)
                down = False
            except Exception as error:
                if not down:
                    logger.warning("queue_down", error=type(error).__name__)
                down = True
                self._wanted.set()
                time.sleep(RETRY_SECONDS)
