"""The socket of the feed; docs/live.md describes what goes over it."""

from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime import feed, frames, hub
from realtime.hub import Batch, Hub
from realtime.reader import HIGHEST_ID, Reader, valid_id
from realtime.room.changes import Told
from realtime.rows import Rows, render, render_growth
from realtime.tickets import Close, SessionTicket
from realtime.visits import Visit


class UnknownConsumer(AsyncWebsocketConsumer):
    """Answers an address that nothing serves."""

    channel_layer_alias = None

    async def connect(self) -> None:
        await self.accept()
        await self.close(int(Close.NO_ACCESS))


class FeedConsumer(Reader):
    """One person's line to the feed of one site; the hub listens for all sockets of a site."""

    ticket: SessionTicket
    heard = 0
    tab = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub: Hub | None = None

    async def join(self) -> None:
        """Say hello, catch up from the cursor, and belong to the hub."""
        asked = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.tab = asked.get("tab", [""])[0]
        try:
            cursor = id_in(asked, "cursor")
            heard = id_in(asked, "change")
        except ValueError:
            return self.quit(Close.MALFORMED)
        self.hub = await hub.enter(self.site.pk)
        if cursor is not None and cursor != self.hub.head and await self.is_lost(cursor):
            await self.send(frames.RELOAD)
            return self.quit(Close.BEHIND)
        self.position = self.hub.head if cursor is None else cursor
        self.put(frames.hello(self.position, self.hub.empty))
        while self.position < self.hub.head:
            await self.catch_up(self.hub.head)
        # No await since the comparison: what the hub tells from here on follows on the position.
        if not self.closing:
            self.hub.sockets.add(self)
            self.put(self.hub.now_frame)
            await self.hub.room.enter(self, heard)

    async def catch_up(self, upto: int) -> None:
        # The hub's rows are as far as its head or further: never less than the cursor promises.
        known = self.hub.rows.copy()
        visits, rows, grown = await self.read_rows(known, self.position, upto)
        self.position = visits[-1].id if len(visits) == feed.CHUNK else upto
        self.put(frames.visits(self.position, rows, grown))

    def put_visits(self, batch: Batch) -> None:
        """What the hub calls; it waits for nothing."""
        if batch.cursor > self.position:
            frame = batch.frame_after(self.position)
            self.position = batch.cursor
            self.put(frame)

    def hear(self, told: Told) -> None:
        """What the room calls: somebody changed something, perhaps the person in this very tab."""
        if self.ticket.user_id in told.hearers and not (self.tab and self.tab == told.tab):
            self.put(told.frame)

    def quit(self, code: Close) -> None:
        if self.hub:
            self.hub.sockets.discard(self)
            self.hub.room.leave(self)
        super().quit(code)

    async def leave(self) -> None:
        if self.hub:
            joined, self.hub = self.hub, None
            joined.sockets.discard(self)
            joined.room.leave(self)
            await hub.leave(joined)

    # Storage.

    @database_sync_to_async
    def is_lost(self, cursor: int) -> bool:
        return feed.is_lost(self.site.pk, cursor)

    @database_sync_to_async
    def read_rows(
        self, known: Rows, cursor: int, upto: int
    ) -> tuple[list[Visit], list[str], list[tuple[int, str]]]:
        visits = feed.after(self.site.pk, cursor, upto)
        grown = [(row.id, render_growth(row)) for row in known.grown_after(cursor)]
        return visits, [render(known.of(visit)) for visit in visits], grown


def id_in(asked: dict[str, list[str]], name: str) -> int | None:
    """An id in the address; None without one. Raises ValueError for anything but an id."""
    if name not in asked:
        return None
    text = asked[name][0]
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_ID))):
        raise ValueError(text)
    return valid_id(int(text))
