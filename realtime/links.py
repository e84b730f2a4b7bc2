"""The socket of a shared report, which says that something happened and no more: docs/live.md."""

import json
from typing import Any

from channels.db import database_sync_to_async
from django.utils import timezone

from realtime import switchboard
from realtime.batch import Batch
from realtime.hub import Hub
from realtime.reader import Reader
from realtime.room.changes import Told
from realtime.tickets import Close, LinkTicket, Refused
from tracking.models import Change, SharedLink

HELLO = json.dumps({"type": "hello", "cursor": 0})
ALIVE = json.dumps({"type": "alive"})


class LinkConsumer(Reader):
    """The line of whoever has a link, who sees figures and no visits."""

    heard = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub: Hub | None = None
        self.shown: tuple[int, list[int]] | None = None

    async def admit(self) -> None:
        link = await self.read_link(self.scope["url_route"]["kwargs"]["token"])
        self.site = link.site
        self.ticket = LinkTicket(link.pk, link.proof)

    async def join(self) -> None:
        self.hub = await switchboard.enter(self.site.pk)
        super().put(HELLO)
        if not self.closing:
            self.hub.sockets.add(self)
            await self.hub.room.enter(self, None)

    # What the hub and its room call.

    def put_visits(self, batch: Batch) -> None:
        """The figures follow within a second."""

    def put(self, frame: str) -> None:
        """Instead of the figures of the live page: whether a report's may have changed."""
        now = self.hub and self.hub.now
        shown = now and (now.online, now.minutes)
        if shown and shown != self.shown:
            self.shown = shown
            self.tell()
        else:
            super().put(ALIVE)

    def hear(self, told: Told) -> None:
        """Whoever has a link sees notes, and is told nobody's name."""
        if told.what == Change.What.NOTE:
            self.tell()

    def tell(self) -> None:
        self.position += 1
        online = self.hub.now.online if self.hub and self.hub.now else 0
        super().put(json.dumps({"type": "news", "cursor": self.position, "online": online}))

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
            await switchboard.leave(joined)

    @database_sync_to_async
    def read_link(self, address: str) -> SharedLink:
        """The link, opened by its password where it has one; raises `Refused`."""
        # PostgreSQL refuses to look for a text with NUL.
        if "\0" in address:
            raise Refused(Close.NO_ACCESS)
        try:
            link = SharedLink.find(address, timezone.now())
        except SharedLink.DoesNotExist as error:
            raise Refused(Close.NO_ACCESS) from error
        # Who is online, and when something happens, says what filters leave out.
        if link.filters or not link.is_opened_in(self.scope["session"]):
            raise Refused(Close.NO_ACCESS)
        return link
