"""The least that an ASGI application can do with a hit: read it and answer 202."""

from typing import Any

from tracking.ingest.http import ASGIReceive, ASGISend, Response, read_body, reply


async def application(scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
    if scope["type"] == "http":
        await read_body(receive, 16 * 1024)
        await reply(send, Response(202, b"ok"))
