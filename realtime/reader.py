"""What all sockets share: who may read, a bounded outbox, and the end of readers that lag.

docs/live.md lists the codes with which the server closes a line.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from typing import Any

import structlog
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError

from realtime.telemetry import open_socket
from realtime.tickets import Close, Refused, SessionTicket, Ticket
from tracking.access import site_for
from tracking.models import Site

logger = structlog.get_logger(__name__)

LONGEST_FRAME = 256
HIGHEST_ID = 2**63 - 1


class Reader(ABC, AsyncWebsocketConsumer):
    """One person's line to what happens on one site.

    Frames wait in `outbox` for a task of their own, so that nothing here waits for a socket.
    `position` is the cursor that was last put there.
    """

    # Sites have a channel, not sockets.
    channel_layer_alias = None

    ticket: Ticket
    site: Site
    position: Any = 0
    # A reader that does not keep up is closed instead of filling memory.
    most_unacknowledged = 200

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self.unacknowledged: deque[Any] = deque()
        self.writer: asyncio.Task[None] | None = None
        self.closing: asyncio.Task[None] | None = None

    async def admit(self) -> None:
        """Find out who asks, and of which site. Raises `Refused` or Site.DoesNotExist."""
        self.ticket = SessionTicket.of(self.scope)
        self.site = await self.read_site()

    @abstractmethod
    async def join(self) -> None:
        """Say hello and begin. Raises what storage raises."""

    async def leave(self) -> None:
        """End what `join` began, be it complete or not; may be called again."""

    def find_site(self, domain: str) -> Site:
        """The site of that domain, if the person may see it; else raises Site.DoesNotExist."""
        return site_for(self.scope["user"], domain)

    async def __call__(self, *args: Any) -> None:
        # Also where the server cancels a connection, which `disconnect` would not see.
        try:
            with open_socket(self.kind()):
                await super().__call__(*args)
        finally:
            if self.writer:
                self.writer.cancel()
            await self.leave()

    @classmethod
    def kind(cls) -> str:
        """As figures name it, such as feed."""
        return cls.__name__.removesuffix("Consumer").lower()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # The base would first visit the database's thread, with each frame, to close what is old.
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        # A browser can read the code of a closed socket only if it was accepted before.
        await self.accept()
        await self.begin()

    async def begin(self) -> None:
        try:
            await self.admit()
            await self.join()
        except Refused as refusal:
            self.quit(refusal.args[0])
        except Site.DoesNotExist:
            self.quit(Close.NO_ACCESS)
        except (DatabaseError, OSError) as error:
            logger.warning("line_unavailable", error=repr(error))
            self.quit(Close.TRY_AGAIN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closing:
            return
        try:
            cursor = self.cursor_in(acknowledged(text_data))
        except (ValueError, RecursionError):
            return self.quit(Close.MALFORMED)
        while self.unacknowledged and self.unacknowledged[0] <= cursor:
            self.unacknowledged.popleft()

    def cursor_in(self, frame: dict[str, Any]) -> Any:
        """The cursor of an acknowledgement. Raises ValueError."""
        return valid_id(frame.get("cursor"))

    def put(self, frame: str) -> None:
        self.unacknowledged.append(self.position)
        if len(self.unacknowledged) > self.most_unacknowledged:
            self.quit(Close.BEHIND)
        elif not self.closing:
            if self.writer is None:
                self.writer = asyncio.create_task(self.write())
                self.writer.add_done_callback(self.written)
            self.outbox.put_nowait(frame)

    def quit(self, code: Close) -> None:
        """Close at once; what waits in the outbox is dropped."""
        if self.closing:
            return
        if self.writer:
            self.writer.cancel()
        # daphne's websockets take a code of exactly the type int, and no other.
        self.closing = asyncio.create_task(self.close(int(code)))

    def written(self, writer: asyncio.Task[None]) -> None:
        """A line that cannot be written to would look alive and say nothing."""
        if not writer.cancelled() and (error := writer.exception()):
            # An OSError says that the other side is gone.
            if not isinstance(error, OSError):
                logger.error("line_not_written", error=repr(error))
            self.quit(Close.TRY_AGAIN)

    async def write(self) -> None:
        while True:
            # Each frame of each socket comes along here: not by way of the bases' own methods.
            await self.base_send({"type": "websocket.send", "text": await self.outbox.get()})

    @database_sync_to_async
    def read_site(self) -> Site:
        return self.find_site(self.scope["url_route"]["kwargs"]["domain"])


def acknowledged(text: str | None) -> dict[str, Any]:
    """An acknowledgement, mostly the only frame that a client sends. Raises ValueError."""
    return read_frame(text, "ack")


def read_frame(text: str | None, kind: str) -> dict[str, Any]:
    """A client's frame of a type. Raises ValueError, and RecursionError."""
    if text is None or len(text) > LONGEST_FRAME:
        raise ValueError("not a short text")
    frame = json.loads(text)
    if not isinstance(frame, dict) or frame.get("type") != kind:
        raise ValueError(f"not a frame of the type {kind}")
    return frame


def valid_id(value: object) -> int:
    if type(value) is not int or not 0 <= value <= HIGHEST_ID:
        raise ValueError("not an id")
    return value
