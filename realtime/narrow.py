"""What some filters leave of a site, live: one for all sockets that filter alike."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context

import structlog
from channels.db import database_sync_to_async
from django.utils import timezone

from realtime import feed, frames, matching
from realtime.batch import Backlog, Batch
from realtime.matching import Change, Matches
from realtime.presence.attendance import Attendance
from realtime.socket import Socket
from realtime.tickets import Close, Refused
from realtime.window import Window
from tracking.warehouse.evaluate import Holds

logger = structlog.get_logger(__name__)

# Different filters of a site at once, in one process.
MOST = 20
CHECK_SECONDS = 5.0
# Filtered rows and figures go out at most this often.
NOW_SECONDS = 1.0
KEEPALIVE_SECONDS = 30.0


class Narrow:
    """A site's feed and figures as filters leave them, all read from storage once a tick."""

    def __init__(
        self,
        site_id: int,
        key: str,
        holds: Holds,
        attendance: Attendance,
        everybody: Callable[[], int],
    ) -> None:
        self.site_id = site_id
        self.key = key
        self.attendance = attendance
        self.everybody = everybody
        self.holds = holds
        self.window = Window(site_id, holds)
        self.now_frame = ""
        self.now_sent = time.monotonic()
        self.sockets: set[Socket] = set()
        self.users = 0
        self.news = asyncio.Event()
        self.stopped = False
        self.failing = False
        self.task: asyncio.Task[None] | None = None
        # Of all requests, not of the one that begins it.
        self.started = asyncio.create_task(self.start(), context=Context())

    @property
    def head(self) -> int:
        return self.matches.head

    async def start(self) -> None:
        self.matches, self.now_frame = await self.read_start()
        self.task = asyncio.create_task(self.follow())

    async def stop(self) -> None:
        self.stopped = True
        for task in (self.started, self.task):
            if task:
                task.cancel()
                with suppress(Exception, asyncio.CancelledError):
                    await task

    # Storage. Each of these runs in the thread that consumers share.

    @database_sync_to_async
    def read_start(self) -> tuple[Matches, str]:
        return matching.begin(self.site_id, self.holds, feed.end()), self.figures()

    @database_sync_to_async
    def read_figures(self) -> str:
        return self.figures()

    @database_sync_to_async
    def read_end(self) -> int:
        return feed.end()

    @database_sync_to_async
    def read_lost(self, cursor: int) -> bool:
        return feed.is_lost(self.site_id, cursor)

    @database_sync_to_async
    def read_change(self, upto: int) -> Change:
        return matching.go_on(self.site_id, self.holds, self.matches, upto)

    def figures(self) -> str:
        now = self.window.read(timezone.now(), self.attendance.heard)
        return frames.now(now, self.everybody())

    # The feed.

    async def backlog(self, cursor: int) -> Backlog:
        """What came after a cursor."""
        lost = await self.read_lost(cursor)
        if lost or not self.matches.knows(cursor):
            return self.head, None
        new, grown = self.matches.rows.entered_after(cursor), self.matches.rows.grown_after(cursor)
        return self.head, Batch(cursor, self.head, new, grown).text

    async def follow(self) -> None:
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self.news.wait()
            self.news.clear()
            try:
                await self.go_on()
                await self.refresh()
                self.failing = False
            except Exception as error:
                self.note(error)
            await asyncio.sleep(NOW_SECONDS)

    async def go_on(self) -> None:
        """Tell the sockets what became of the feed."""
        end = await self.read_end()
        while self.head < end:
            before, change = self.head, await self.read_change(end)
            self.matches = change.matches
            if change.new or change.grown:
                batch = Batch(before, self.head, change.new, change.grown)
                for socket in tuple(self.sockets):
                    socket.put_visits(batch)

    async def refresh(self) -> None:
        """Send the figures if they changed, or to show that the line is alive."""
        frame = await self.read_figures()
        if frame == self.now_frame and time.monotonic() - self.now_sent < KEEPALIVE_SECONDS:
            return
        self.now_frame, self.now_sent = frame, time.monotonic()
        for socket in tuple(self.sockets):
            socket.put(frame)

    def note(self, error: Exception) -> None:
        """Say it once until it works again."""
        if not self.failing:
            logger.warning("narrow_feed_failed", site_id=self.site_id, error=repr(error))
        self.failing = True


class Narrows:
    """Those of one site, by what they filter; `everybody` says how many the site has online."""

    def __init__(self, site_id: int, attendance: Attendance, everybody: Callable[[], int]) -> None:
        self.site_id = site_id
        self.attendance = attendance
        self.everybody = everybody
        self.by_key: dict[str, Narrow] = {}

    async def enter(self, key: str, holds: Holds) -> Narrow:
        """The one of a key, started; each call needs a `leave` later.

        Raises `Refused` where there are too many others, and what storage raises.
        """
        narrow = self.by_key.get(key)
        if narrow is None:
            if len(self.by_key) >= MOST:
                raise Refused(Close.TOO_MANY)
            narrow = Narrow(self.site_id, key, holds, self.attendance, self.everybody)
            self.by_key[key] = narrow
        narrow.users += 1
        try:
            await asyncio.shield(narrow.started)
        except BaseException:
            await self.leave(narrow)
            raise
        return narrow

    async def leave(self, narrow: Narrow) -> None:
        narrow.users -= 1
        if not narrow.users:
            if self.by_key.get(narrow.key) is narrow:
                del self.by_key[narrow.key]
            await narrow.stop()

    def ring(self) -> None:
        for narrow in self.by_key.values():
            narrow.news.set()

    def sockets(self) -> set[Socket]:
        return {socket for narrow in self.by_key.values() for socket in narrow.sockets}
