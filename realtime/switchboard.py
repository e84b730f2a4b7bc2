"""One subscription a process, handed to the hubs and bells of the sites that are watched there.

What the channel layer loses is noticed by the id that each message names before its own, and by a
look into storage every few seconds, one for all hubs.
"""

import asyncio
from contextlib import suppress
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from realtime import feed
from realtime.hub import Hub
from realtime.publish import GROUP
from realtime.room import changes

logger = structlog.get_logger(__name__)

# How long a lost message may make a push late.
CHECK_SECONDS = 5.0
RETRY_SECONDS = 1.0
LAYER_SECONDS = 2.0


class Switchboard:
    """Of one process. Begun with the first hub or bell, ended with the last.

    A bell of a site rings when anything happened there.
    """

    def __init__(self) -> None:
        self.hubs: dict[int, Hub] = {}
        self.bells: dict[int, asyncio.Event] = {}
        self.layer = get_channel_layer()
        self.channel = ""
        self.changed = 0
        self.failing = False
        self.echoed = True
        self.stopped = False
        self.tasks: list[asyncio.Task[None]] = []
        # Of all requests, not of the one that begins it.
        self.started = asyncio.create_task(self.start(), context=Context())

    async def start(self) -> None:
        self.channel = await self.layer.new_channel()
        await self.subscribe()
        self.tasks = [asyncio.create_task(loop()) for loop in (self.listen, self.check)]

    async def stop(self) -> None:
        # A task in a database call may swallow its cancellation; the flag ends its loop.
        self.stopped = True
        for task in (self.started, *self.tasks):
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(LAYER_SECONDS):
                await asyncio.gather(self.started, *self.tasks, return_exceptions=True)
                await self.layer.group_discard(GROUP, self.channel)

    async def listen(self) -> None:
        while not self.stopped:
            try:
                await self.hand_out(await self.layer.receive(self.channel))
            except Exception as error:
                # Also for a message of another version of this server: storage has what it told.
                self.note(error)
                await asyncio.sleep(RETRY_SECONDS)
                await self.subscribe()

    async def hand_out(self, message: dict[str, Any]) -> None:
        """Of a message of the channel layer: repeated, late, in order, or after a gap."""
        if message["type"] == "site.echo":
            if message["to"] == self.channel:
                self.take_echo()
            return
        if message["type"] == "site.change":
            if hub := self.hubs.get(message["site"]):
                await hub.look_at_changes()
            return
        before, last, sites = message["before"], message["last"], message["sites"]
        for site_id, bell in self.bells.items():
            if str(site_id) in sites:
                bell.set()
        lost = [
            hub
            for hub in tuple(self.hubs.values())
            if not hub.take(before, last, sites.get(str(hub.site_id)))
        ]
        if lost:
            await asyncio.gather(*(hub.read_back() for hub in lost))

    async def subscribe(self) -> None:
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await self.layer.group_add(GROUP, self.channel)
        except Exception as error:
            self.note(error)

    async def call(self) -> None:
        """Send an echo to oneself; where the last one did not come, the layer forgot the group."""
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                if not self.echoed:
                    self.note(TimeoutError("no echo"))
                    await self.layer.group_discard(GROUP, self.channel)
                    await self.layer.group_add(GROUP, self.channel)
                self.echoed = False
                await self.layer.group_send(GROUP, {"type": "site.echo", "to": self.channel})
        except Exception as error:
            self.note(error)

    def take_echo(self) -> None:
        self.echoed = True
        if self.failing:
            logger.info("feed_layer_recovered")
        self.failing = False

    def note(self, error: BaseException) -> None:
        """Say it once until the layer works again."""
        if not self.failing:
            logger.warning("feed_layer_failed", error=repr(error))
        self.failing = True

    async def check(self) -> None:
        """Look into storage, and then at the layer: one that is down answers late."""
        while not self.stopped:
            await asyncio.sleep(CHECK_SECONDS)
            with suppress(Exception):
                await self.look()
            await self.call()

    async def look(self) -> None:
        """Raises what storage raises; each hub notes that by itself as it reads its figures."""
        end, changed = await self.read_ends()
        for hub in tuple(self.hubs.values()):
            if hub.known < end:
                await hub.read_back(end)
            if changed != self.changed:
                await hub.look_at_changes()
        self.changed = changed

    @database_sync_to_async
    def read_ends(self) -> tuple[int, int]:
        return feed.end(), changes.end()


# Tests and reloaders run one event loop after another in the same process.
_boards: WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard] = WeakKeyDictionary()


def hubs() -> dict[int, Hub]:
    """The hubs of the running loop by their sites."""
    board = _boards.get(asyncio.get_running_loop())
    return board.hubs if board else {}


def board_here() -> Switchboard:
    loop = asyncio.get_running_loop()
    if loop not in _boards:
        _boards[loop] = Switchboard()
    return _boards[loop]


async def end_unless_used(board: Switchboard) -> None:
    loop = asyncio.get_running_loop()
    if not board.hubs and not board.bells and _boards.get(loop) is board:
        del _boards[loop]
        await board.stop()


async def hang(site_id: int, bell: asyncio.Event) -> None:
    """Ring the bell, the site's only one here, when something happens; until `take_off`."""
    board = board_here()
    board.bells[site_id] = bell
    await asyncio.shield(board.started)


async def take_off(site_id: int, bell: asyncio.Event) -> None:
    board = _boards.get(asyncio.get_running_loop())
    if board and board.bells.get(site_id) is bell:
        del board.bells[site_id]
        await end_unless_used(board)


async def enter(site_id: int) -> Hub:
    """The site's hub, started; each call needs a `leave` later. Raises what storage raises."""
    board = board_here()
    hub = board.hubs.get(site_id)
    if hub is None:
        hub = board.hubs[site_id] = Hub(site_id, board.started)
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
    board = _boards.get(asyncio.get_running_loop())
    if board and board.hubs.get(hub.site_id) is hub:
        del board.hubs[hub.site_id]
    await hub.stop()
    if board:
        await end_unless_used(board)
