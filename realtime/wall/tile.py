"""A site on the walls of this process: one of the sockets of its hub, whoever looks."""

from typing import Protocol

from realtime.batch import Batch
from realtime.hub import Hub
from realtime.tickets import Close, HouseTicket, Ticket
from realtime.wall import frames


class Wall(Protocol):
    """A line that shows tiles; it takes them without waiting."""

    def put_tile(self, site_id: int, text: str) -> None: ...


class Tile:
    """What the hub tells, as text that all walls share; it lives while a wall shows it.

    Each wall asks by itself whether it may go on showing the site.
    """

    ticket: Ticket = HouseTicket()

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.walls: set[Wall] = set()
        self.text = self.made()

    @classmethod
    def on(cls, hub: Hub) -> "Tile":
        """The hub's tile, made if there is none."""
        for socket in hub.sockets:
            if isinstance(socket, Tile):
                return socket
        tile = cls(hub)
        hub.sockets.add(tile)
        return tile

    def enter(self, wall: Wall) -> None:
        self.walls.add(wall)
        wall.put_tile(self.hub.site_id, self.text)

    def leave(self, wall: Wall) -> None:
        self.walls.discard(wall)
        if not self.walls:
            self.hub.sockets.discard(self)

    def made(self) -> str:
        rows = self.hub.rows.latest(1)
        return frames.tile(self.hub.site_id, self.hub.now, rows[0] if rows else None)

    def show(self) -> None:
        text = self.made()
        if text == self.text:
            return
        self.text = text
        for wall in tuple(self.walls):
            wall.put_tile(self.hub.site_id, text)

    # What the hub calls.

    def put_visits(self, batch: Batch) -> None:
        self.show()

    def put(self, frame: str) -> None:
        self.show()

    def quit(self, code: Close) -> None:
        """Its ticket always holds."""
