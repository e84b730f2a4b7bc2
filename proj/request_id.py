"""One id a request: of the proxy's making, through every line of the log, to tasks asked by it.

The id has the form of nginx's `$request_id`. One that a trusted proxy sends is kept; without one,
or for anything else, a new one is made.
"""

import re
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from huey.contrib.djhuey import signal
from huey.signals import SIGNAL_ENQUEUED, SIGNAL_EXECUTING
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from tracking.ingest.address import TrustedProxies
from tracking.ingest.app import ASGIApp
from tracking.ingest.hit_id import REQUEST_ID
from tracking.ingest.http import ASGIReceive, ASGISend

HEADER = b"x-request-id"
# A task carries it before its own id, and keeps it through all its tries.
OF_TASK = re.compile(rf"({REQUEST_ID.pattern})-")


@cache
def proxies() -> TrustedProxies:
    return TrustedProxies(settings.TRUSTED_PROXIES)


def id_of(sent: str, peer: str) -> str:
    """The id that the other end of the connection gave the request, or a new one."""
    if REQUEST_ID.fullmatch(sent) and proxies().trusts(peer):
        return sent
    return secrets.token_hex(16)


def current() -> str:
    """Of the request, or of the task, that the caller works for; an empty text for none."""
    return str(get_contextvars().get("request_id", ""))


class RequestIds:
    """Names requests and websockets where they come in, in front of all other applications."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] in ("http", "websocket"):
            sent = next((value for name, value in scope["headers"] if name == HEADER), b"")
            peer = (scope.get("client") or ("",))[0] or ""
            scope["request_id"] = id_of(sent.decode("latin-1"), peer)
            # A server may serve the next request of a connection in the same context.
            clear_contextvars()
            bind_contextvars(request_id=scope["request_id"])
        await self.application(scope, receive, send)


class RequestIdMiddleware(MiddlewareMixin):
    """Takes the id on to the pages, where one is named already, and tells it in each answer."""

    def process_request(self, request: HttpRequest) -> None:
        scope: Mapping[str, Any] = getattr(request, "scope", {})
        meta = request.META
        request.request_id = scope.get("request_id") or id_of(
            meta.get("HTTP_X_REQUEST_ID", ""), meta.get("REMOTE_ADDR", "")
        )
        # From here the middleware that logs takes it.
        meta["HTTP_X_REQUEST_ID"] = request.request_id
        clear_contextvars()
        bind_contextvars(request_id=request.request_id)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers["X-Request-ID"] = request.request_id
        return response


@signal(SIGNAL_ENQUEUED)
def carry(_signal: str, task: Any) -> None:
    """A task that is asked for in a request is of that request."""
    request_id = current()
    if request_id and not OF_TASK.match(task.id):
        task.id = f"{request_id}-{task.id}"
        task.revoke_id = f"r:{task.id}"


@signal(SIGNAL_EXECUTING)
def take_up(_signal: str, task: Any) -> None:
    clear_contextvars()
    found = OF_TASK.match(task.id)
    bind_contextvars(task=task.name, **({"request_id": found[1]} if found else {}))
