"""The ingest debugger's socket; docs/debugger.md describes what goes over it."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error as DatabaseError

from realtime import tickets
from realtime.debugger import frames, watch
from realtime.debugger.hits import MOST, ShownHit, is_dropped, most_telling, render
from realtime.debugger.publish import group
from realtime.reader import Reader
from realtime.tickets import Close
from tracking.access import Right, site_for
from tracking.models import Site

logger = structlog.get_logger(__name__)

# Rows are rendered at most this often, so that a busy site costs no more than a calm one.
SHOW_SECONDS = 0.5
# A page takes a line for dead that is silent for 45 seconds, and a watch lasts two minutes.
KEEP_SECONDS = 30.0
RETRY_SECONDS = 1.0
LAYER_SECONDS = 2.0


class DebuggerConsumer(Reader):
    """One person's line to the hits of one site, from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layer = get_channel_layer()
        self.channel = ""
        self.layer_failing = False
        self.waiting: list[dict[str, Any]] = []
        self.skipped = 0
        self.news = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def find_site(self, domain: str) -> Site:
        return site_for(self.scope["user"], domain, Right.MANAGE)

    async def join(self) -> None:
        await self.renew()
        self.channel = await self.layer.new_channel()
        await self.subscribe()
        self.put(frames.HELLO)
        self.tasks = [asyncio.create_task(loop()) for loop in (self.listen, self.show, self.keep)]
        for task in self.tasks:
            task.add_done_callback(self.ended)

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        channel, self.channel = self.channel, ""
        if channel:
            with suppress(Exception):
                async with asyncio.timeout(LAYER_SECONDS):
                    await asyncio.gather(*self.tasks, return_exceptions=True)
                    await self.layer.group_discard(group(self.site.pk), channel)

    def ended(self, task: asyncio.Task[None]) -> None:
        """A page whose line has lost a part would wait for ever."""
        if not task.cancelled() and (error := task.exception()):
            logger.error("debugger_line_failed", site_id=self.site.pk, exc_info=error)
            self.quit(Close.TRY_AGAIN)

    async def listen(self) -> None:
        while True:
            try:
                self.take(await self.layer.receive(self.channel))
            except Exception as error:
                self.note_layer(error)
                await asyncio.sleep(RETRY_SECONDS)
                await self.subscribe()

    def take(self, message: dict[str, Any]) -> None:
        """Keep what a message tells until it is shown, and no more than is shown."""
        news = self.waiting + message["hits"]
        self.waiting = most_telling(news, is_dropped) if len(news) > MOST else news
        self.skipped += message["skipped"] + len(news) - len(self.waiting)
        self.news.set()

    async def show(self) -> None:
        while True:
            await self.news.wait()
            self.news.clear()
            hits, self.waiting = self.waiting, []
            skipped, self.skipped = self.skipped, 0
            rows = await asyncio.to_thread(self.rows_of, hits)
            self.position += 1
            self.put(frames.hits(self.position, rows, skipped))
            await asyncio.sleep(SHOW_SECONDS)

    def rows_of(self, hits: list[dict[str, Any]]) -> list[str]:
        return [render(ShownHit.from_message(hit), self.site.zone) for hit in hits]

    async def keep(self) -> None:
        """Stay subscribed, the watch renewed and the line alive, for as long as the person may."""
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            try:
                if reason := await self.read_invalid():
                    return self.quit(reason)
                await self.renew()
            except (DatabaseError, OSError) as error:
                logger.warning("line_unavailable", error=repr(error))
                return self.quit(Close.TRY_AGAIN)
            # Again, since the layer may have forgotten.
            await self.subscribe()
            self.put(frames.WATCHING)

    async def subscribe(self) -> None:
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await self.layer.group_add(group(self.site.pk), self.channel)
            self.layer_failing = False
        except Exception as error:
            self.note_layer(error)

    def note_layer(self, error: Exception) -> None:
        """Say it once until the layer works again."""
        if not self.layer_failing:
            logger.warning("debugger_layer_failed", site_id=self.site.pk, error=repr(error))
        self.layer_failing = True

    @database_sync_to_async
    def renew(self) -> None:
        watch.renew(self.site.pk)

    @database_sync_to_async
    def read_invalid(self) -> Close | None:
        return tickets.invalid(self.site.pk, {self.ticket}, Right.MANAGE).get(self.ticket)
