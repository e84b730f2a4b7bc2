"""Whether this process has been told to stop, and only ends what it has begun."""

import signal
import threading
from types import FrameType

from proj import process

_stopping = threading.Event()


def is_stopping() -> bool:
    return _stopping.is_set()


def watch() -> None:
    """Notice what tells the process to stop; for the main thread, once its server listens to it.

    An event loop that listens goes on doing so: it hears of a signal before any handler runs.
    """
    if process.kind() == process.SOCKETS:
        from twisted.internet import reactor

        reactor.addSystemEventTrigger("before", "shutdown", _stopping.set)  # type: ignore[attr-defined]
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if threading.current_thread() is threading.main_thread() and callable(before):
            signal.signal(number, _noticing(before))


def _noticing(before: object) -> "signal._HANDLER":
    def handle(number: int, frame: FrameType | None) -> None:
        _stopping.set()
        before(number, frame)  # type: ignore[operator]

    return handle
