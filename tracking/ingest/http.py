"""The little HTTP that accepting needs, straight on ASGI."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from tracking.ingest.refusals import Malformed

ASGIReceive = Callable[[], Awaitable[dict[str, Any]]]
ASGISend = Callable[[dict[str, Any]], Awaitable[None]]

BODY_SECONDS = 10

# Of every answer: nothing here is a page, whatever a browser makes of it.
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


class BodyTooLarge(Exception):
    """Answered 413."""


class BodyTooSlow(Exception):
    """Answered 408."""


class ClientGone(Exception):
    """Nobody is left to answer."""


@dataclass(slots=True, repr=False)
class Request:
    """A whole request. `headers` has lower-case names; of a repeated one the values are joined."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    peer: str  # address of the other end of the connection, "" for a local socket
    body: bytes = b""
    # What is wrong with items of a list of hits, by their place in it; the others count.
    faults: dict[int, str] = field(default_factory=dict)
    decided: bool = False  # whether each of its hits was accepted or refused, and counted so

    def param(self, name: str) -> str:
        """The first value of a query parameter, or an empty text."""
        text = self.query.decode("utf-8", "replace")
        try:
            pairs = parse_qsl(text, max_num_fields=100, errors="replace")
        except ValueError:
            raise Malformed(query="has too many parameters") from None
        return next((value for key, value in pairs if key == name), "")


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


def request_of(scope: dict[str, Any]) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("utf-8", "replace")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"],
        headers=headers,
        peer=(scope.get("client") or ("",))[0] or "",
    )


async def read_body(receive: ASGIReceive, limit: int) -> bytes:
    """The request's body.

    Raises BodyTooLarge over `limit` bytes, BodyTooSlow after BODY_SECONDS, ClientGone.
    """
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                if len(body) > limit:
                    raise BodyTooLarge
                if not message.get("more_body"):
                    return body
    except TimeoutError:
        raise BodyTooSlow from None


async def reply(send: ASGISend, response: Response, method: str = "GET") -> None:
    """Send the answer to a request of that method: to HEAD the headers that GET gets, alone."""
    length = (b"content-length", str(len(response.body)).encode())
    headers = [*response.headers, *SAFE, *hsts(), length]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body = b"" if method == "HEAD" else response.body
    await send({"type": "http.response.body", "body": body})


@cache
def hsts() -> tuple[tuple[bytes, bytes], ...]:
    """The header by which browsers keep to https where that is the public address (RFC 6797).

    They ignore it in an answer that came over http.
    """
    if not settings.SECURE_HSTS_SECONDS:
        return ()
    subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    value = f"max-age={settings.SECURE_HSTS_SECONDS}{subdomains}"
    return ((b"strict-transport-security", value.encode()),)
