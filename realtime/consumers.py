"""The socket of the feed; docs/live.md describes what goes over it."""

import json
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime import frames, switchboard
from realtime.batch import Batch
from realtime.hub import Hub
from realtime.narrow import Narrow
from realtime.reader import HIGHEST_ID, Reader, valid_id
from realtime.room.changes import Told
from realtime.tickets import Close, SessionTicket
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.evaluate import Holds, evaluator
from tracking.warehouse.filter_syntax import read_filters
from tracking.warehouse.goals import current_generation

LONGEST_FILTERS = 10_000


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
        # What of the hub it watches: all, or what filters leave.
        self.narrow: Narrow | None = None

    async def join(self) -> None:
        """Say hello, catch up from the cursor, and belong to the hub."""
        asked = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.tab = asked.get("tab", [""])[0]
        try:
            cursor = id_in(asked, "cursor")
            heard = id_in(asked, "change")
            filters = asked.get("filters", [""])[0]
            holds, generation = await self.read_filters(filters) if filters else (None, 0)
        except (ValueError, RecursionError, QueryError):
            return self.quit(Close.MALFORMED)
        self.hub = await switchboard.enter(self.site.pk)
        if holds:
            self.narrow = await self.hub.narrows.enter(f"{generation} {filters}", holds)
        watched = self.narrow or self.hub
        self.position = begin = watched.head if cursor is None else cursor
        missed = []
        if begin > watched.head and begin > await self.hub.read_end():
            return await self.reload()
        while self.position < watched.head:
            self.position, frame = await watched.backlog(self.position)
            if frame is None:
                return await self.reload()
            missed.append(frame)
        # No await since the comparison: what is told from here on follows on the position.
        watched.sockets.add(self)
        for frame in (frames.hello(begin, self.hub.empty), *missed, watched.now_frame):
            self.put(frame)
        await self.hub.room.enter(self, heard)

    async def reload(self) -> None:
        """The database was restored, or the cursor is too old."""
        await self.send(frames.RELOAD)
        self.quit(Close.BEHIND)

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
        self.stop_watching()
        super().quit(code)

    def stop_watching(self) -> None:
        if self.hub:
            self.hub.sockets.discard(self)
            self.hub.room.leave(self)
        if self.narrow:
            self.narrow.sockets.discard(self)

    async def leave(self) -> None:
        self.stop_watching()
        joined, self.hub = self.hub, None
        narrow, self.narrow = self.narrow, None
        if joined and narrow:
            await joined.narrows.leave(narrow)
        if joined:
            await switchboard.leave(joined)

    # Storage.

    @database_sync_to_async
    def read_filters(self, text: str) -> tuple[Holds, int]:
        """What the address filters by, JSON in the query language, and as of which goals.

        Raises ValueError, RecursionError or QueryError for what means nothing.
        """
        if len(text) > LONGEST_FILTERS:
            raise ValueError("too long")
        generation = current_generation()
        holds = evaluator(
            read_filters(json.loads(text), Definitions(self.site.pk, self.scope.get("user")))
        )
        return holds, generation


def id_in(asked: dict[str, list[str]], name: str) -> int | None:
    """An id in the address; None without one. Raises ValueError for anything but an id."""
    if name not in asked:
        return None
    text = asked[name][0]
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_ID))):
        raise ValueError(text)
    return valid_id(int(text))
