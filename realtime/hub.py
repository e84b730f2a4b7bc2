"""What one process tells the sockets that watch one site.

A hub has a `head`, the id up to which it has told its sockets everything, and `known`, up to which
it knows. All changes of the head and of the sockets happen between two awaits, so a socket that
joins misses nothing and gets nothing twice. What the channel layer loses is read back from storage.
"""

import asyncio
import time
from contextlib import suppress
from contextvars import Context
from dataclasses import replace
from datetime import datetime

import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.utils import timezone

from realtime import feed, frames, tickets
from realtime.batch import Backlog, Batch
from realtime.narrow import Narrows
from realtime.news import News
from realtime.presence.attendance import Attendance
from realtime.room.room import Room
from realtime.rows import MOST_ROWS, Rows
from realtime.socket import Socket
from realtime.telemetry import pushed
from realtime.tickets import Close, Ticket
from realtime.window import Now, Window

logger = structlog.get_logger(__name__)

# The figures of a site go out at most this often.
NOW_SECONDS = 1.0
# Where they take long, others wait for the same thread.
FIGURES_REST = 10
# How old they may be where nothing happens.
QUIET_SECONDS = 5.0
# A page takes a line for dead that is silent for 45 seconds.
KEEPALIVE_SECONDS = 30.0
TICKET_SECONDS = 30.0
STOP_SECONDS = 2.0
# What comes within a pause is told together. It grows with the sockets, each of which gets a frame;
# up to the longest, after which a push would be late.
PAUSE_A_SOCKET = 0.003
LONGEST_PAUSE = 0.15
# A loop with too much to do comes to a batch late. It then has less to do: pauses are longer.
REST = 4
LONGEST_REST = 1.0


# Frames that are kept for others who come back, until the head moves on.
MOST_BACKLOGS = 8
# What a hub knows before its start was read.
UNREAD = -1


class Hub:
    """The feed of one site in one process; `realtime.switchboard` makes and ends it."""

    def __init__(self, site_id: int, subscribed: asyncio.Future[None]) -> None:
        self.site_id = site_id
        self.head = 0
        self.known = UNREAD
        self.awaited = 0
        self.opened: list[int] = []
        self.grown: set[int] = set()
        # When the first of what is to be told next happened.
        self.oldest: datetime | None = None
        self.flushing: asyncio.TimerHandle | None = None
        self.flushed = 0.0
        self.late = 0.0
        self.empty = True
        self.now: Now | None = None
        self.now_frame = ""
        self.rows = Rows()
        self.backlogs: dict[int, asyncio.Task[Backlog]] = {}
        self.sockets: set[Socket] = set()
        self.users = 0
        self.news = asyncio.Event()
        self.window = Window(site_id)
        self.attendance = Attendance(site_id)
        self.room = Room(site_id)
        self.narrows = Narrows(site_id, self.attendance, self.online)
        self.stopped = False
        self.failing = False
        self.now_sent = time.monotonic()
        self.tasks: list[asyncio.Task[None]] = []
        # Of all requests, not of the one that begins it.
        self.started = asyncio.create_task(self.start(subscribed), context=Context())

    async def start(self, subscribed: asyncio.Future[None]) -> None:
        # What is stored while the start is read is told by the layer, or was there already.
        await asyncio.shield(subscribed)
        await self.attendance.look()
        self.head, self.rows, self.empty, self.now_frame = await self.read_start()
        self.known = self.head
        if self.awaited > self.known:
            await self.read_back()
        loops = (self.tick(), self.watch_tickets(), self.attendance.follow(self.ring))
        self.tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> None:
        # A task in a database call may swallow its cancellation; the flag ends its loop.
        self.stopped = True
        if self.flushing:
            self.flushing.cancel()
        ending = [self.started, *self.tasks]
        for task in ending:
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*ending, return_exceptions=True)

    # Storage. Each of these runs in the thread that consumers share.

    @database_sync_to_async
    def read_start(self) -> tuple[int, Rows, bool, str]:
        head = feed.end()
        rows = feed.latest(self.site_id, head, MOST_ROWS)
        return head, rows, feed.is_empty(self.site_id), self.figures()

    @database_sync_to_async
    def read_figures(self, anew: bool) -> str:
        return self.figures(anew)

    @database_sync_to_async
    def read_end(self) -> int:
        return feed.end()

    @database_sync_to_async
    def read_news(self, cursor: int, upto: int) -> News:
        return feed.news(self.site_id, cursor, upto)

    @database_sync_to_async
    def read_backlog(self, cursor: int, upto: int, known: Rows) -> Backlog:
        if feed.is_lost(self.site_id, cursor):
            return upto, None
        ids = feed.ids(self.site_id, cursor, upto)
        # The rows are as far as the head or further: never less than the cursor promises.
        new, grown = known.of_ids(ids), known.grown_after(cursor)
        return upto, Batch(cursor, upto, new, grown, ids).text

    @database_sync_to_async
    def read_invalid(self, held: set[Ticket]) -> dict[Ticket, Close]:
        return tickets.invalid(self.site_id, held)

    def figures(self, anew: bool = True) -> str:
        """Where nothing happened, not `anew`, what is known gives the figures of the moment."""
        read = self.window.read if anew else self.window.at
        now = read(timezone.now(), self.attendance.heard)
        if now == self.now:
            return self.now_frame
        self.now = now
        return frames.now(now, now.online)

    def online(self) -> int:
        return self.now.online if self.now else 0

    # The feed.

    def ring(self) -> None:
        """Have all figures made anew."""
        self.news.set()
        self.narrows.ring()

    def take(self, before: int, last: int, news: bytes | None) -> bool:
        """What the channel layer tells of the ids from `before` to `last`; None for nothing here.

        False if it has to be read from storage instead: there is a gap, or it was too much.
        """
        if self.known == UNREAD:
            self.awaited = last
            return True
        if last <= self.known:
            return True
        if before > self.known or news == b"":
            return False
        if news:
            self.hear(replace(News.decode(news), last=last))
        else:
            self.know(last)
        return True

    def hear(self, told: News) -> None:
        """`told` is all of the site's from what is known, or below it, on."""
        fresh = told.after(self.known)
        new, grown = self.rows.take(fresh)
        self.opened += [visit.id for visit in fresh.visits]
        self.grown |= {row.id for row in grown}
        self.ring()
        if new or grown:
            times = [each.time for each in (*fresh.visits, *fresh.steps)]
            self.oldest = min([*times, *([self.oldest] if self.oldest else [])])
            self.flush_soon()
        self.know(told.last)

    def know(self, last: int) -> None:
        self.known = max(self.known, last)
        if self.flushing is None:
            self.head = self.known

    def flush_soon(self) -> None:
        """Tell the sockets at once, or after a pause what comes within it, together."""
        if self.flushing is None:
            pause = min(LONGEST_PAUSE, PAUSE_A_SOCKET * len(self.sockets))
            rest = min(LONGEST_REST, REST * self.late)
            loop = asyncio.get_running_loop()
            when = max(loop.time(), self.flushed + pause + rest)
            self.flushing = loop.call_at(when, self.flush, when)

    def flush(self, when: float) -> None:
        self.flushing = None
        self.flushed = asyncio.get_running_loop().time()
        self.late = (self.late + self.flushed - when) / 2
        self.backlogs.clear()
        before, self.head = self.head, self.known
        opened, self.opened = self.opened, []
        grown, self.grown = self.grown - set(opened), set()
        self.empty = self.empty and not opened
        new, further = self.rows.of_ids(opened), self.rows.of_ids(grown)
        batch = Batch(before, self.head, new, further, opened)
        for socket in tuple(self.sockets):
            socket.put_visits(batch)
        oldest, self.oldest = self.oldest, None
        if self.sockets and oldest:
            # After the writers, whom the loop has woken by now.
            asyncio.get_running_loop().call_soon(pushed, oldest)

    async def read_back(self, end: int | None = None) -> None:
        """Take from storage what is above what is known."""
        if self.known == UNREAD:
            # The start reads it, and what was missed meanwhile.
            self.awaited = max(self.awaited, end or 0)
            return
        try:
            end = end or await self.read_end()
            while self.known < end:
                self.hear(await self.read_news(self.known, end))
        except (DatabaseError, OSError) as error:
            self.note(error)

    async def backlog(self, cursor: int) -> Backlog:
        """What came after a cursor. Many that come back at once with the same one share it."""
        reading = self.backlogs.get(cursor)
        if reading is None or failed(reading):
            while len(self.backlogs) >= MOST_BACKLOGS:
                del self.backlogs[next(iter(self.backlogs))]
            reading = asyncio.create_task(self.read_backlog(cursor, self.head, self.rows.copy()))
            self.backlogs[cursor] = reading
        return await asyncio.shield(reading)

    # What goes on while somebody watches.

    async def tick(self) -> None:
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET_SECONDS):
                    await self.news.wait()
            anew = self.news.is_set()
            self.news.clear()
            began = time.monotonic()
            try:
                await self.refresh(anew)
                self.failing = False
            except Exception as error:
                self.news.set()
                self.note(error)
            await asyncio.sleep(max(NOW_SECONDS, FIGURES_REST * (time.monotonic() - began)))

    async def look_at_changes(self) -> None:
        try:
            await self.room.look()
        except (DatabaseError, OSError) as error:
            self.note(error)

    async def refresh(self, anew: bool = True) -> None:
        """Send the figures if they changed, or something to show that the line is alive."""
        frame = await self.read_figures(anew)
        if frame != self.now_frame:
            self.now_frame = frame
        elif time.monotonic() - self.now_sent >= KEEPALIVE_SECONDS:
            frame = frames.ALIVE
        else:
            return
        self.now_sent = time.monotonic()
        for socket in tuple(self.sockets):
            socket.put(frame)

    async def watch_tickets(self) -> None:
        while not self.stopped:
            await asyncio.sleep(TICKET_SECONDS)
            try:
                await self.check_tickets()
            except Exception as error:
                self.note(error)

    async def check_tickets(self) -> None:
        sockets = self.sockets | self.narrows.sockets()
        reasons = await self.read_invalid({socket.ticket for socket in sockets})
        for socket in sockets:
            if code := reasons.get(socket.ticket):
                socket.quit(code)

    def note(self, error: BaseException) -> None:
        """Say it once until storage works again."""
        if not self.failing:
            logger.warning("feed_hub_failed", site_id=self.site_id, error=repr(error))
        self.failing = True


def failed(task: asyncio.Task[Backlog]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
