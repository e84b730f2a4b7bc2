"""The socket of a wall; docs/wall.md describes what goes over it."""

import asyncio
from typing import Any

import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from realtime import switchboard
from realtime.hub import Hub
from realtime.reader import Reader
from realtime.tickets import Close, Refused, SessionTicket
from realtime.wall import frames
from realtime.wall.sites import LinkHolder, sites_of
from realtime.wall.tile import Tile
from tracking.models import Site

logger = structlog.get_logger(__name__)

# Tiles that change meanwhile go out together, each once.
SHOW_SECONDS = 0.5
# How long a wall may show what it should not any more, and miss a site that is new.
SITES_SECONDS = 30.0
# With so many frames under way the tiles wait, and only their latest state is sent.
MOST_UNDER_WAY = 40


class WallConsumer(Reader):
    """A person's line to the present of all their sites.

    A wall shows the present alone, so nothing is caught up: a reader who is slow, or was away, gets
    what holds now.
    """

    holder: SessionTicket | LinkHolder

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hubs: dict[int, Hub] = {}
        self.listed = ""
        self.waiting: dict[int, str] = {}
        self.news = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def admit(self) -> None:
        self.holder = SessionTicket.of(self.scope)

    async def join(self) -> None:
        self.put(frames.hello())
        self.tasks = [asyncio.create_task(loop()) for loop in (self.show, self.keep)]
        for task in self.tasks:
            task.add_done_callback(self.ended)

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for site_id in tuple(self.hubs):
            await self.take_down(site_id)

    def ended(self, task: asyncio.Task[None]) -> None:
        """A wall that has lost a part would look as if nothing happened on its sites."""
        if not task.cancelled() and (error := task.exception()):
            logger.error("wall_failed", exc_info=error)
            self.quit(Close.TRY_AGAIN)

    # The sites.

    async def keep(self) -> None:
        """Show the sites that the holder may see, from the first moment on."""
        while True:
            try:
                await self.look()
            except Refused as refusal:
                return self.quit(refusal.args[0])
            except (DatabaseError, OSError) as error:
                logger.warning("line_unavailable", error=repr(error))
                return self.quit(Close.TRY_AGAIN)
            await asyncio.sleep(SITES_SECONDS)

    async def look(self) -> None:
        sites, left_out = await self.read_sites()
        listed = frames.sites(sites, left_out)
        # Something goes out each time, to show that the line is alive.
        self.put(frames.ALIVE if listed == self.listed else listed)
        self.listed = listed
        seen = {site.pk for site in sites}
        for site_id in self.hubs.keys() - seen:
            await self.take_down(site_id)
        for site in sites:
            if site.pk not in self.hubs:
                await self.put_up(site)

    async def put_up(self, site: Site) -> None:
        self.hubs[site.pk] = await switchboard.enter(site.pk)
        Tile.on(self.hubs[site.pk]).enter(self)

    async def take_down(self, site_id: int) -> None:
        left = self.hubs.pop(site_id)
        Tile.on(left).leave(self)
        self.waiting.pop(site_id, None)
        await switchboard.leave(left)

    @database_sync_to_async
    def read_sites(self) -> tuple[list[Site], int]:
        return sites_of(self.holder)

    # The tiles.

    def put_tile(self, site_id: int, text: str) -> None:
        """What a tile calls; it waits for nothing."""
        self.waiting[site_id] = text
        self.news.set()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await super().receive(text_data, bytes_data)
        self.news.set()

    async def show(self) -> None:
        while True:
            await self.news.wait()
            self.news.clear()
            if self.waiting and len(self.unacknowledged) < MOST_UNDER_WAY:
                parts, self.waiting = self.waiting, {}
                self.position += 1
                self.put(frames.tiles(self.position, parts.values()))
                await asyncio.sleep(SHOW_SECONDS)


class LinkedWallConsumer(WallConsumer):
    """The same for whoever has a wall's secret link."""

    async def admit(self) -> None:
        self.holder = LinkHolder(self.scope["url_route"]["kwargs"]["token"])
