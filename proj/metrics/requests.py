"""How long the pages take to answer."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tracking.telemetry import REQUEST_SECONDS

PROBES = {"/healthz", "/readyz", "/metrics"}


class RequestSeconds:
    """Counts each request by its route's name, never by its path, which anybody makes up."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self.answer(request)
        began = time.perf_counter()
        response = self.get_response(request)
        observe(request, response, began)
        return response

    async def answer(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = cast("HttpResponse", await self.get_response(request))
        observe(request, response, began)
        return response


def observe(request: HttpRequest, response: HttpResponse, began: float) -> None:
    labels = route_of(request), response.status_code
    REQUEST_SECONDS.labels(*labels).observe(time.perf_counter() - began)


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    if match:
        return match.view_name
    if request.path in PROBES:
        return request.path.removeprefix("/")
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"
