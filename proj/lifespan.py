"""What runs on the server's event loop before it takes the first connection."""

from collections.abc import Callable
from typing import Any

from tracking.ingest.app import ASGIApp
from tracking.ingest.http import ASGIReceive, ASGISend


class Lifespan:
    """Calls `started` on the loop at the start (ASGI's lifespan protocol); passes on the rest."""

    def __init__(self, application: ASGIApp, started: Callable[[], None]) -> None:
        self.application = application
        self.started = started

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] != "lifespan":
            return await self.application(scope, receive, send)
        await receive()
        self.started()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
