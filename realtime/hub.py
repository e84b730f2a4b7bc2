"""One subscription a site and process, fanned out to the sockets that watch the site.

Each hub knows its `head`, the id up to which it has told its sockets everything. All changes of
the head and of the sockets happen between two awaits, so a socket that joins misses nothing and
gets nothing twice. What the channel layer loses is read back from storage.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone

from realtime import feed, frames, tickets
from realtime.batch import Batch
from realtime.narrow import Narrows
from realtime.news import News
from realtime.presence.attendance import Attendance
from realtime.publish import group
from realtime.room.room import Room
from realtime.rows import MOST_ROWS, Rows
from realtime.socket import Socket
from realtime.tickets import Close, Ticket
from realtime.window import Now, Window

logger = structlog.get_logger(__name__)

# How long a lost message may make a push late.
CHECK_SECONDS = 5.0
# The figures of a site go out at most this often.
NOW_SECONDS = 1.0
# A page takes a line for dead that is silent for 45 seconds.
KEEPALIVE_SECONDS = 30.0
TICKET_SECONDS = 30.0
RETRY_SECONDS = 1.0
LAYER_SECONDS = 2.0


class Hub:
    """The feed of one site in one process. Made by `enter`, ended when its last user leaves."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.head = 0
        self.empty = True
        self.now: Now | None = None
        self.now_frame = ""
        self.rows = Rows()
        self.sockets: set[Socket] = set()
        self.users = 0
        self.news = asyncio.Event()
        self.window = Window(site_id)
        self.attendance = Attendance(site_id)
        self.room = Room(site_id)
        self.narrows = Narrows(site_id, self.attendance, self.online)
        self.layer = get_channel_layer()
        self.channel = ""
        self.stopped = False
        self.troubles: set[str] = set()
        self.now_sent = time.monotonic()
        self.tasks: list[asyncio.Task[None]] = []
        self.started = asyncio.create_task(self.start())

    async def start(self) -> None:
        self.channel = await self.layer.new_channel()
        await self.subscribe()
        await self.attendance.look()
        self.head, self.rows, self.empty, self.now_frame = await self.read_start()
        loops = (
            self.listen(),
            self.tick(),
            self.watch_tickets(),
            self.attendance.follow(self.ring),
        )
        self.tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> None:
        # A task in a database call may swallow its cancellation; the flag ends its loop.
        self.stopped = True
        for task in (self.started, *self.tasks):
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(LAYER_SECONDS):
                await asyncio.gather(self.started, *self.tasks, return_exceptions=True)
                await self.layer.group_discard(group(self.site_id), self.channel)

    # Storage. Each of these runs in the thread that consumers share.

    @database_sync_to_async
    def read_start(self) -> tuple[int, Rows, bool, str]:
        head = feed.end()
        rows = feed.latest(self.site_id, head, MOST_ROWS)
        return head, rows, feed.is_empty(self.site_id), self.figures()

    @database_sync_to_async
    def read_figures(self) -> str:
        return self.figures()

    @database_sync_to_async
    def read_end(self) -> int:
        return feed.end()

    @database_sync_to_async
    def read_news(self, cursor: int, upto: int) -> News:
        return feed.news(self.site_id, cursor, upto)

    @database_sync_to_async
    def read_invalid(self, held: set[Ticket]) -> dict[Ticket, Close]:
        return tickets.invalid(self.site_id, held)

    def figures(self) -> str:
        self.now = now = self.window.read(timezone.now(), self.attendance.heard)
        return frames.now(now, now.online)

    def online(self) -> int:
        return self.now.online if self.now else 0

    # The feed.

    def ring(self) -> None:
        """Have all figures made anew."""
        self.news.set()
        self.narrows.ring()

    def advance(self, told: News) -> None:
        """Tell the sockets. `told` is all of the site's from the head or below it."""
        before, self.head = self.head, max(self.head, told.last)
        self.ring()
        new, grown = self.rows.take(told.after(before))
        if new or grown:
            self.empty = self.empty and not new
            batch = Batch(before, self.head, new, grown)
            for socket in tuple(self.sockets):
                socket.put_visits(batch)

    async def take(self, message: dict[str, Any]) -> None:
        """A message of the channel layer: repeated, late, in order, or after a gap."""
        if message["type"] == "site.change":
            await self.room.look()
        elif message["before"] > self.head or not message["whole"]:
            await self.read_back()
        else:
            self.advance(News.from_message(message))

    async def read_back(self) -> None:
        """Take from storage what is above the head."""
        end = await self.read_end()
        while self.head < end:
            self.advance(await self.read_news(self.head, end))

    # What goes on while somebody watches.

    async def listen(self) -> None:
        while not self.stopped:
            try:
                await self.take(await self.layer.receive(self.channel))
            except Exception as error:
                self.note("layer", error)
                await asyncio.sleep(RETRY_SECONDS)
                await self.subscribe()

    async def subscribe(self) -> None:
        """Join the group; done again with each check, since the layer may have forgotten."""
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await self.layer.group_add(group(self.site_id), self.channel)
            self.troubles.discard("layer")
        except Exception as error:
            self.note("layer", error)

    async def tick(self) -> None:
        checked = time.monotonic()
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self.news.wait()
            self.news.clear()
            try:
                if time.monotonic() - checked >= CHECK_SECONDS:
                    checked = time.monotonic()
                    await self.check()
                await self.refresh()
                self.troubles.discard("storage")
            except Exception as error:
                self.note("storage", error)
            await asyncio.sleep(NOW_SECONDS)

    async def check(self) -> None:
        # Storage first: a layer that is down answers late.
        await self.read_back()
        await self.subscribe()
        await self.room.look()

    async def refresh(self) -> None:
        """Send the figures if they changed, or to show that the line is alive."""
        frame = await self.read_figures()
        if frame == self.now_frame and time.monotonic() - self.now_sent < KEEPALIVE_SECONDS:
            return
        self.now_frame, self.now_sent = frame, time.monotonic()
        for socket in tuple(self.sockets):
            socket.put(frame)

    async def watch_tickets(self) -> None:
        while not self.stopped:
            await asyncio.sleep(TICKET_SECONDS)
            try:
                await self.check_tickets()
            except Exception as error:
                self.note("storage", error)

    async def check_tickets(self) -> None:
        sockets = self.sockets | self.narrows.sockets()
        reasons = await self.read_invalid({socket.ticket for socket in sockets})
        for socket in sockets:
            if code := reasons.get(socket.ticket):
                socket.quit(code)

    def note(self, part: str, error: BaseException) -> None:
        """Say it once until that part works again."""
        if part not in self.troubles:
            logger.warning("feed_hub_failed", site_id=self.site_id, part=part, error=repr(error))
        self.troubles.add(part)


# Tests and reloaders run one event loop after another in the same process.
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Hub]] = WeakKeyDictionary()


def hubs() -> dict[int, Hub]:
    """The hubs of the running loop by their sites."""
    return _hubs.setdefault(asyncio.get_running_loop(), {})


async def enter(site_id: int) -> Hub:
    """The site's hub, started; each call needs a `leave` later. Raises what storage raises."""
    hub = hubs().get(site_id)
    if hub is None:
        hub = hubs()[site_id] = Hub(site_id)
    hub.users += 1
    try:
        await asyncio.shield(hub.started)
    except BaseException:
        await leave(hub)
        raise
    return hub


async def leave(hub: Hub) -> None:
    hub.users -= 1
    if hub.users:
        return
    if hubs().get(hub.site_id) is hub:
        del hubs()[hub.site_id]
    await hub.stop()
