"""What a hub needs of a consumer."""

from typing import Protocol

from realtime.batch import Batch
from realtime.tickets import Close, Ticket


class Socket(Protocol):
    """A line to one watcher. Nothing here waits."""

    ticket: Ticket

    def put_visits(self, batch: Batch) -> None: ...
    def put(self, frame: str) -> None: ...
    def quit(self, code: Close) -> None: ...
