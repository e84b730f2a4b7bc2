"""The thread that sends mail, in each process that runs the queue's tasks.

Huey's workers are few and drain the inbox; a mail server may take seconds, or be down. Woken after
a commit that has a mail, it has nothing to remember: what is to be sent stands in the database.
"""

import threading

import structlog
from django.db import close_old_connections
from django.utils import timezone

from realtime.mail import outbox

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0


class Postman:
    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, unless it has."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="mail", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Look now what there is to send. In a process without the thread nothing comes of it."""
        self._wanted.set()

    def run(self) -> None:
        pause: float | None = 0.0
        while True:
            self._wanted.wait(pause)
            self._wanted.clear()
            pause = self.work()

    def work(self) -> float | None:
        """Send what is due; for how many seconds to wait then unless woken, None for ever."""
        try:
            outbox.send_due()
            return outbox.seconds_until_due(timezone.now())
        except Exception as error:
            logger.warning("mail_failed", error=type(error).__name__)
            return RETRY_SECONDS
        finally:
            close_old_connections()


postman = Postman()
