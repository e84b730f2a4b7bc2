"""How much of a request's body the pages take in."""

from typing import Any

from tracking.ingest.app import ASGIApp
from tracking.ingest.http import ASGIReceive, ASGISend


class BoundedBodies:
    """Passes on of a body one byte more than any page reads, which then refuses it by its size.

    Django keeps a body before it looks at its size, so a large one would fill the disk.
    """

    def __init__(self, pages: ASGIApp, limit: int) -> None:
        self.pages = pages
        self.limit = limit

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        room = self.limit + 1

        async def bounded() -> dict[str, Any]:
            nonlocal room
            message = await receive()
            # For the pages the body has ended; they wait now for the client to go.
            while not room and message["type"] == "http.request":
                message = await receive()
            if message["type"] == "http.request":
                message = {**message, "body": message.get("body", b"")[:room]}
                room -= len(message["body"])
                message["more_body"] = bool(message.get("more_body") and room)
            return message

        await self.pages(scope, bounded, send)
