"""The sockets; docs/live.md describes what goes over them."""

import asyncio
import json
from collections import deque
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError

from realtime import feed, frames, hub
from realtime.hub import Batch, Hub
from realtime.tickets import Close, Ticket
from realtime.visits import Visit, render
from tracking.access import site_for
from tracking.models import Site

logger = structlog.get_logger(__name__)

# A reader that does not keep up is sent back to its cursor instead of filling memory.
MOST_UNACKNOWLEDGED = 200
LONGEST_FRAME = 256
HIGHEST_ID = 2**63 - 1


class UnknownConsumer(AsyncWebsocketConsumer):
    """Answers an address that nothing serves."""

    channel_layer_alias = None

    async def connect(self) -> None:
        await self.accept()
        await self.close(int(Close.NO_ACCESS))


class FeedConsumer(AsyncWebsocketConsumer):
    """One person's line to the feed of one site.

    Frames wait in `outbox` for a task of their own, so that a hub never waits for a socket.
    `position` is the cursor that was last put there.
    """

    # The hub listens for all sockets of a site; a socket has no channel of its own.
    channel_layer_alias = None

    ticket: Ticket
    site: Site
    position = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub: Hub | None = None
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self.unacknowledged: deque[int] = deque()
        self.writer: asyncio.Task[None] | None = None
        self.closing: asyncio.Task[None] | None = None

    async def __call__(self, *args: Any) -> None:
        # Also where the server cancels a connection, which `disconnect` would not see.
        try:
            await super().__call__(*args)
        finally:
            await self.end()

    async def connect(self) -> None:
        # A browser can read the code of a closed socket only if it was accepted before.
        await self.accept()
        try:
            cursor = cursor_of(self.scope["query_string"])
        except ValueError:
            return self.quit(Close.MALFORMED)
        if not self.scope["user"].is_authenticated:
            return self.quit(Close.SIGNED_OUT)
        try:
            await self.join(cursor)
        except Site.DoesNotExist:
            self.quit(Close.NO_ACCESS)
        except (DatabaseError, OSError) as error:
            logger.warning("feed_unavailable", error=repr(error))
            self.quit(Close.TRY_AGAIN)

    async def join(self, cursor: int | None) -> None:
        """Say hello, catch up from the cursor, and belong to the hub."""
        self.ticket = Ticket.of(self.scope)
        self.site = await self.read_site()
        self.hub = await hub.enter(self.site.pk)
        if cursor is not None and cursor != self.hub.head and await self.is_lost(cursor):
            await self.send(frames.RELOAD)
            return self.quit(Close.BEHIND)
        self.position = self.hub.head if cursor is None else cursor
        self.writer = asyncio.create_task(self.write())
        self.put(frames.hello(self.position, self.hub.empty))
        while self.position < self.hub.head:
            await self.catch_up(self.hub.head)
        # No await since the comparison: what the hub tells from here on follows on the position.
        if not self.closing:
            self.hub.sockets.add(self)
            self.put(self.hub.now_frame)

    async def catch_up(self, upto: int) -> None:
        visits, rows = await self.read_rows(self.position, upto)
        self.position = visits[-1].id if len(visits) == feed.CHUNK else upto
        self.put(frames.visits(self.position, rows))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closing:
            return
        try:
            cursor = acknowledged(text_data)
        except (ValueError, RecursionError):
            return self.quit(Close.MALFORMED)
        while self.unacknowledged and self.unacknowledged[0] <= cursor:
            self.unacknowledged.popleft()

    # What the hub calls; none of it waits.

    def put_visits(self, batch: Batch) -> None:
        if batch.cursor > self.position:
            frame = batch.frame_after(self.position)
            self.position = batch.cursor
            self.put(frame)

    def put(self, frame: str) -> None:
        self.unacknowledged.append(self.position)
        if len(self.unacknowledged) > MOST_UNACKNOWLEDGED:
            self.quit(Close.BEHIND)
        elif not self.closing:
            self.outbox.put_nowait(frame)

    def quit(self, code: Close) -> None:
        """Close at once; what waits in the outbox is dropped."""
        if self.closing:
            return
        if self.writer:
            self.writer.cancel()
        if self.hub:
            self.hub.sockets.discard(self)
        # daphne's websockets take a code of exactly the type int, and no other.
        self.closing = asyncio.create_task(self.close(int(code)))

    async def write(self) -> None:
        while True:
            await self.send(await self.outbox.get())

    async def end(self) -> None:
        if self.writer:
            self.writer.cancel()
        if self.hub:
            joined, self.hub = self.hub, None
            joined.sockets.discard(self)
            await hub.leave(joined)

    # Storage.

    @database_sync_to_async
    def read_site(self) -> Site:
        return site_for(self.scope["user"], self.scope["url_route"]["kwargs"]["domain"])

    @database_sync_to_async
    def is_lost(self, cursor: int) -> bool:
        return feed.is_lost(self.site.pk, cursor)

    @database_sync_to_async
    def read_rows(self, cursor: int, upto: int) -> tuple[list[Visit], list[str]]:
        visits = feed.after(self.site.pk, cursor, upto)
        return visits, [render(visit) for visit in visits]


def cursor_of(query_string: bytes) -> int | None:
    """The cursor in the address; None without one. Raises ValueError for anything but an id."""
    texts = parse_qs(query_string.decode("latin-1"), keep_blank_values=True).get("cursor")
    if not texts:
        return None
    text = texts[0]
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_ID))):
        raise ValueError(text)
    return valid_id(int(text))


def acknowledged(text: str | None) -> int:
    """The cursor of an acknowledgement, the only frame that a client sends. Raises ValueError."""
    if text is None or len(text) > LONGEST_FRAME:
        raise ValueError("not a short text")
    frame = json.loads(text)
    if not isinstance(frame, dict) or frame.get("type") != "ack":
        raise ValueError("not an acknowledgement")
    return valid_id(frame.get("cursor"))


def valid_id(value: object) -> int:
    if type(value) is not int or not 0 <= value <= HIGHEST_ID:
        raise ValueError("not an id")
    return value
