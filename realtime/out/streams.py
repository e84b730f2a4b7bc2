"""The live events of one site in one process, read once for all who listen.

The channel layer is a doorbell: when it rings, what is new is read from storage. A bell that does
not ring makes events late, never wrong. Nothing is read where nobody listens.
"""

import asyncio
from contextlib import suppress
from contextvars import Context
from typing import Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async

from realtime import switchboard, tickets
from realtime.out import events
from realtime.out.events import Chunk, LiveEvent, Position
from realtime.out.models import Kind
from realtime.tickets import Close, Ticket
from tracking.models import Site

logger = structlog.get_logger(__name__)

# How long a lost message may make events late.
CHECK_SECONDS = 5.0
# What comes in this time is read together.
GATHER_SECONDS = 0.1
TICKET_SECONDS = 30.0
STOP_SECONDS = 2.0


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
        self.stopped = False
        self.failing = False
        self.tasks: list[asyncio.Task[None]] = []
        # Of all requests, not of the one that begins it.
        self.started = asyncio.create_task(self.start(), context=Context())

    async def start(self) -> None:
        await switchboard.hang(self.site.pk, self.news)
        self.head = await self.read_end()
        loops = (self.tell, self.watch_tickets)
        self.tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self) -> None:
        # A task in a database call may swallow its cancellation; the flag ends its loop.
        self.stopped = True
        for task in (self.started, *self.tasks):
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(self.started, *self.tasks, return_exceptions=True)
                await switchboard.take_off(self.site.pk, self.news)

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

    async def tell(self) -> None:
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self.news.wait()
            self.news.clear()
            try:
                await self.read_on()
                self.failing = False
            except Exception as error:
                self.note(error)
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
                self.note(error)

    async def check_tickets(self) -> None:
        reasons = await self.read_invalid({listener.ticket for listener in self.listeners})
        for listener in tuple(self.listeners):
            if code := reasons.get(listener.ticket):
                listener.quit(code)

    def note(self, error: BaseException) -> None:
        """Say it once until storage works again."""
        if not self.failing:
            logger.warning("live_stream_failed", site_id=self.site.pk, error=repr(error))
        self.failing = True


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
