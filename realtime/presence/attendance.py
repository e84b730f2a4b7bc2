"""What a hub knows by beats of who is on its site, looked at again while somebody watches."""

import asyncio
from collections.abc import Callable

from realtime.presence.store import Away, Heard, store

LOOK_SECONDS = 1.0


class Attendance:
    """`heard` is empty while the store is away: then the five-minute rule holds for everybody."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.heard = Heard()

    async def look(self) -> bool:
        """Read the store; gives whether another page is open, or one is not any more."""
        before = self.heard
        # Not in the thread of database work: a Redis that is away would hold up all hubs.
        self.heard = await asyncio.to_thread(read, self.site_id, True)
        return set(before.tabs) != set(self.heard.tabs)

    async def follow(self, tell: Callable[[], None]) -> None:
        """Call `tell` with each change."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await self.look():
                tell()


def read(site_id: int, watching: bool = False) -> Heard:
    """What beats tell of a site; nothing while the store is away."""
    try:
        return store().read(site_id, watching)
    except Away:
        return Heard()
