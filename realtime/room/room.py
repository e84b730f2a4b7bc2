"""Those who have a site open in this process, and what each has heard of its changes."""

from typing import Protocol

from channels.db import database_sync_to_async

from realtime.room import changes
from realtime.room.changes import Told


class Listener(Protocol):
    """A line that hears of changes; `heard` is the id up to which it has."""

    heard: int

    def hear(self, told: Told) -> None: ...


class Room:
    """What was lost on the way is read with what comes next: each reads from where it stands."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.listeners: set[Listener] = set()

    async def enter(self, listener: Listener, heard: int | None) -> None:
        """Tell what came after `heard`, or after now where it is None, and all that follows."""
        listener.heard = await self.read_last() if heard is None else heard
        self.listeners.add(listener)
        await self.look()

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)

    async def look(self) -> None:
        """Read and tell what is new; costs nothing while nobody listens."""
        if not self.listeners:
            return
        for told in await self.read_after(min(each.heard for each in self.listeners)):
            for listener in tuple(self.listeners):
                if told.id > listener.heard:
                    listener.heard = told.id
                    listener.hear(told)

    @database_sync_to_async
    def read_last(self) -> int:
        return changes.last(self.site_id)

    @database_sync_to_async
    def read_after(self, heard: int) -> list[Told]:
        return changes.after(self.site_id, heard)
