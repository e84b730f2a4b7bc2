"""The websocket on which programs hear live events; docs/live-events.md describes it."""

import asyncio
import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async
from django.utils import timezone

from realtime.out import streams
from realtime.out.asked import Asked
from realtime.out.events import LiveEvent, Position
from realtime.out.streams import Stream
from realtime.out.tickets import KeyTicket
from realtime.reader import Reader, read_frame
from realtime.tickets import Close, Refused
from tracking.access import site_for
from tracking.models import ApiKey, Site
from tracking.models.keys import Scope

# For a program that cannot send the key in a header.
AUTH_SECONDS = 10.0
# Shows that the line is alive, and keeps the client's cursor from growing old.
KEEP_SECONDS = 20.0
MOST_LINES = 10
LOST = json.dumps({"type": "lost"})

lines_of_keys: Counter[int] = Counter()


class EventsConsumer(Reader):
    """One program's line to the live events of one site."""

    # Frames hold up to 200 events, so that all that a cursor may lie behind fits in.
    most_unacknowledged = 80

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = ""
        self.asked = Asked(frozenset(), None)
        self.stream: Stream | None = None
        self.counted = False
        self.keeping: asyncio.Task[None] | None = None
        self.impatience: asyncio.TimerHandle | None = None

    async def connect(self) -> None:
        await self.accept()
        header = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, self.key = header.partition(" ")
        if header:
            self.key = self.key.strip() if scheme.lower() == "bearer" else ""
            return await self.begin()
        loop = asyncio.get_running_loop()
        self.impatience = loop.call_later(AUTH_SECONDS, self.quit, Close.SIGNED_OUT)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.impatience is None:
            return await super().receive(text_data, bytes_data)
        self.impatience.cancel()
        self.impatience = None
        try:
            key = read_frame(text_data, "auth").get("key")
        except (ValueError, RecursionError):
            return self.quit(Close.MALFORMED)
        # No key has other characters, and not all of them can be hashed.
        self.key = key if isinstance(key, str) and key.isascii() else ""
        await self.begin()

    async def admit(self) -> None:
        key = await self.read_key()
        self.ticket = KeyTicket(key.pk)
        if lines_of_keys[key.pk] >= MOST_LINES:
            raise Refused(Close.TRY_AGAIN)
        lines_of_keys[key.pk] += 1
        self.counted = True
        self.site = await self.read_site_of(key)

    async def join(self) -> None:
        query = self.scope["query_string"].decode("latin-1")
        try:
            self.asked = Asked.read(dict(parse_qsl(query, keep_blank_values=True)))
        except ValueError:
            return self.quit(Close.MALFORMED)
        stream = self.stream = await streams.enter(self.site)
        asked = self.asked.position
        if asked is not None and asked != stream.head and await stream.is_lost(asked):
            await self.send(LOST)
            return self.quit(Close.LOST)
        self.position = stream.head if asked is None else asked
        self.put(json.dumps({"type": "hello", "cursor": str(self.position)}))
        while self.position < stream.head:
            chunk = await stream.read_after(self.position, stream.head)
            self.tell(chunk.events, chunk.position)
        # No await since the comparison: what the stream tells from here on follows.
        if not self.closing:
            stream.listeners.add(self)
            self.keeping = asyncio.create_task(self.keep())

    async def leave(self) -> None:
        for waiting in (self.impatience, self.keeping):
            if waiting:
                waiting.cancel()
        if self.counted:
            self.counted = False
            lines_of_keys[self.ticket.key_id] -= 1
        if self.stream:
            joined, self.stream = self.stream, None
            joined.listeners.discard(self)
            await streams.leave(joined)

    def put_events(self, events: list[LiveEvent], head: Position) -> None:
        """What the stream calls; it waits for nothing."""
        if head > self.position:
            self.tell([each for each in events if each.position > self.position], head)

    def tell(self, events: list[LiveEvent], head: Position) -> None:
        self.position = head
        texts = [each.text for each in events if each.kind in self.asked.kinds]
        if texts:
            self.put(f'{{"type": "events", "cursor": "{head}", "events": [{", ".join(texts)}]}}')

    def quit(self, code: Close) -> None:
        if self.stream:
            self.stream.listeners.discard(self)
        super().quit(code)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            self.put(json.dumps({"type": "cursor", "cursor": str(self.position)}))

    def cursor_in(self, frame: dict[str, Any]) -> Position:
        return Position.parse(str(frame.get("cursor")))

    # Storage.

    @database_sync_to_async
    def read_key(self) -> ApiKey:
        """The key; raises `Refused` for one that is not valid or may not read figures."""
        key = ApiKey.find(self.key, timezone.now())
        if key is None or Scope.STATS_READ not in key.scopes:
            raise Refused(Close.SIGNED_OUT)
        key.note_use(timezone.now())
        return key

    @database_sync_to_async
    def read_site_of(self, key: ApiKey) -> Site:
        site = site_for(key.user, self.scope["url_route"]["kwargs"]["domain"])
        if key.site_id not in (None, site.pk):
            raise Site.DoesNotExist
        return site
