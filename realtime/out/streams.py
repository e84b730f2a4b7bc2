"""The live events of one site in one process, read once for all who listen.

The channel layer is a doorbell: when it rings, what is new is read from storage. A bell that does
not ring makes events late, never wrong. Nothing is read where nobody listens.
"""

import asyncio
import time
from contextlib import suppress
from typing import Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from realtime import tickets
from realtime.out import events
from realtime.out.events import Chunk, LiveEvent, Position
from realtime.out.models import Kind
from realtime.publish import group
from realtime.tickets import Close, Ticket
from tracking.models import Site

logger = structlog.get_logger(__name__)

# How long a lost message may make events late.
CHECK_SECONDS = 5.0
# What comes in this time is read together.
GATHER_SECONDS = 0.1
TICKET_SECONDS = 30.0
RETRY_SECONDS = 1.0
LAYER_SECONDS = 2.0


class Listener(Protocol):
    """What a stream needs of who listens. None of it waits."""

    ticket: Ticket

    def put_events(self, events: list[LiveEvent], head: Position) -> None: ...
    def quit(self, code: Close) -> None: ...


class Stream:
    """Made by `enter`, ended when its last user leaves. `head` is up to where it has told all."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.head = Position(0)
        self.listeners: set[Listener] = set()
        self.users = 0
        self.news = asyncio.Event()
        self.layer = get_channel_layer()
        self.channel = ""
        self.stopped = False
        self.troubles: set[str] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.started = asyncio.create_task(self.start())

    async def start(self) -> None:
        self.channel = await self.layer.new_channel()
        await self.subscribe()
        self.head = await self.read_end()
        loops = (self.hear, self.tell, self.watch_tickets)
        self.tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self) -> None:
        # A task in a database call may swallow its cancellation; the flag ends its loop.
        self.stopped = True
        for task in (self.started, *self.tasks):
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(LAYER_SECONDS):
                await asyncio.gather(self.started, *self.tasks, return_exceptions=True)
                await self.layer.group_discard(group(self.site.pk), self.channel)

    # Storage. Each of these runs in the thread that consumers share.

    @database_sync_to_async
    def read_end(self) -> Position:
        return events.end()

    @database_sync_to_async
    def read_after(self, position: Position, upto: Position) -> Chunk:
        return events.after(self.site, position, upto, Kind.values)

    @database_sync_to_async
    def is_lost(self, position: Position) -> bool:
        return events.is_lost(self.site.pk, position)

    @database_sync_to_async
    def read_invalid(self, held: set[Ticket]) -> dict[Ticket, Close]:
        return tickets.invalid(self.site.pk, held)

    # What goes on while somebody listens.

    async def hear(self) -> None:
        while not self.stopped:
            try:
                await self.layer.receive(self.channel)
                self.news.set()
            except Exception as error:
                self.note("layer", error)
                await asyncio.sleep(RETRY_SECONDS)
                await self.subscribe()

    async def subscribe(self) -> None:
        """Join the group; done again with each check, since the layer may have forgotten."""
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await self.layer.group_add(group(self.site.pk), self.channel)
            self.troubles.discard("layer")
        except Exception as error:
            self.note("layer", error)

    async def tell(self) -> None:
        subscribed = time.monotonic()
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self.news.wait()
            self.news.clear()
            try:
                await self.read_on()
                self.troubles.discard("storage")
            except Exception as error:
                self.note("storage", error)
            if time.monotonic() - subscribed >= CHECK_SECONDS:
                await self.subscribe()
                subscribed = time.monotonic()
            await asyncio.sleep(GATHER_SECONDS)

    async def read_on(self) -> None:
        """Tell what is above the head."""
        upto = await self.read_end()
        while self.head < upto:
            chunk = await self.read_after(self.head, upto)
            self.head = chunk.position
            for listener in tuple(self.listeners):
                listener.put_events(chunk.events, self.head)

    async def watch_tickets(self) -> None:
        while not self.stopped:
            await asyncio.sleep(TICKET_SECONDS)
            try:
                await self.check_tickets()
            except Exception as error:
                self.note("storage", error)

    async def check_tickets(self) -> None:
        reasons = await self.read_invalid({listener.ticket for listener in self.listeners})
        for listener in tuple(self.listeners):
            if code := reasons.get(listener.ticket):
                listener.quit(code)

    def note(self, part: str, error: BaseException) -> None:
        """Say it once until that part works again."""
        if part not in self.troubles:
            logger.warning("live_stream_failed", site_id=self.site.pk, part=part, error=repr(error))
        self.troubles.add(part)


# Tests and reloaders run one event loop after another in the same process.
_streams: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Stream]] = WeakKeyDictionary()


def streams() -> dict[int, Stream]:
    """The streams of the running loop by their sites."""
    return _streams.setdefault(asyncio.get_running_loop(), {})


async def enter(site: Site) -> Stream:
    """The site's stream, started; each call needs a `leave` later. Raises what storage raises."""
    stream = streams().get(site.pk)
    if stream is None:
        stream = streams()[site.pk] = Stream(site)
    stream.users += 1
    try:
        await asyncio.shield(stream.started)
    except BaseException:
        await leave(stream)
        raise
    return stream


async def leave(stream: Stream) -> None:
    stream.users -= 1
    if stream.users:
        return
    if streams().get(stream.site.pk) is stream:
        del streams()[stream.site.pk]
    await stream.stop()
