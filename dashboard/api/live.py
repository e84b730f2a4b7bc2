"""`GET /api/v1/live/events`: Server-Sent Events, for as long as the client listens."""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from dashboard.api.bodies import text
from dashboard.api.endpoint import Call, admitted
from dashboard.api.errors import ApiError, wrong_method
from realtime.out import events as live_events
from realtime.out.asked import Asked
from realtime.out.sse import MOST_STREAMS, listen, streams_of_keys
from realtime.out.tickets import KeyTicket
from tracking.access import Right
from tracking.models import Site
from tracking.models.keys import Scope

CONTENT_TYPE = "text/event-stream"
# nginx would keep events until it has enough of them.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@csrf_exempt
async def events(request: HttpRequest) -> HttpResponseBase:
    limits: dict[str, str] = {}
    try:
        call, site, asked = await sync_to_async(asked_of)(request, limits)
    except ApiError as error:
        response = error.response()
        for name, value in limits.items():
            response[name] = value
        return response
    headers = HEADERS | limits
    if request.method == "HEAD":
        return HttpResponse(content_type=CONTENT_TYPE, headers=headers)
    texts = listen(site, KeyTicket(call.key.pk), asked)
    return StreamingHttpResponse(texts, content_type=CONTENT_TYPE, headers=headers)


def asked_of(request: HttpRequest, limits: dict[str, str]) -> tuple[Call, Site, Asked]:
    """Who asks for which events; the headers that tell the key's limits come into `limits`.

    Raises `ApiError`.
    """
    if request.method not in ("GET", "HEAD"):
        raise wrong_method(["GET"])
    call = admitted(request, Scope.STATS_READ, limits)
    parameters = request.GET.dict()
    site = call.site(text(parameters, "site_id"), Right.SEE)
    try:
        asked = Asked.read(parameters, request.headers.get("Last-Event-ID", ""))
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    if asked.position and live_events.is_lost(site.pk, asked.position):
        raise ApiError(410, "The events after this id are gone. Begin again without one.")
    if streams_of_keys[call.key.pk] >= MOST_STREAMS:
        raise ApiError(429, f"This key has {MOST_STREAMS} streams open.", {"Retry-After": "60"})
    if not isinstance(request, ASGIRequest):
        raise ApiError(421, "This process cannot stream. The server of the websockets can.")
    return call, site, asked
