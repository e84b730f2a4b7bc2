"""The endpoint of beats: ASGI, in front of the accept application, whose rules it applies.

A visitor has the same id here as there, so beats and hits are known to be one person's. The
address ends here as it does there.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeGuard

from django.conf import settings

from realtime.presence.beats import BODY_BYTES, beat_of, hits_of, signal_of
from realtime.presence.store import Away, Store, store
from tracking.ingest.accept import Accepted, Outcome, decide
from tracking.ingest.app import AcceptApp, not_allowed, over_limit, respond, sender_of
from tracking.ingest.http import ASGIReceive, ASGISend, Request, Response, read_body, request_of
from tracking.ingest.limits import Limits
from tracking.ingest.protocols.answers import CORS, PREFLIGHT, TEXT, UNCACHED
from tracking.ingest.protocols.fields import read_json
from tracking.ingest.refusals import StorageDown

# Beats that may come where one hit may.
BEATS_A_HIT = 5


class PresenceApp:
    """Takes beats; everything else goes on to the accept application."""

    def __init__(self, accept: AcceptApp, beats: Store | None = None) -> None:
        self.accept = accept
        self.store = beats or store()
        self.limits = Limits(settings.ADDRESS_RATE * BEATS_A_HIT, settings.SITE_RATE * BEATS_A_HIT)

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] == "http" and scope["path"] == path():
            request = request_of(scope)
            await respond(request, send, self.answer(request, receive))
        else:
            await self.accept(scope, receive, send)

    async def answer(self, request: Request, receive: ASGIReceive) -> Response:
        """The seconds to the next beat of the page, as a text; 0 for no more beats."""
        if request.method == "OPTIONS":
            return Response(204, headers=PREFLIGHT)
        if request.method != "POST":
            return not_allowed(["POST"])
        body = read_json(await read_body(receive, BODY_BYTES))
        signal, hits = signal_of(body), hits_of(body)
        sender = sender_of(request, self.accept.proxies.client(request.peer, request.headers))
        now = datetime.now(UTC)
        await self.accept.ensure_rules(hits, now)
        # A page beats more often than it sends hits. The copy goes with the request, so that no
        # key outlives the rules that it came with.
        rules = replace(self.accept.rules, limits=self.limits)
        outcomes = [decide(hit, sender, rules, self.accept.places, now) for hit in hits]
        if response := over_limit(outcomes):
            return response
        # A program whose hits are counted apart is nobody who is here.
        counted = [each for each in outcomes if is_accepted(each) and not each.waiting.flags]
        try:
            seconds = [
                await self.store.put(each.site_id, beat_of(signal, each)) for each in counted
            ]
        except Away:
            raise StorageDown from None
        return Response(200, f"{min(seconds, default=0):g}".encode(), (*TEXT, *CORS, *UNCACHED))


def is_accepted(outcome: Outcome) -> TypeGuard[Accepted]:
    return isinstance(outcome, Accepted)


def path() -> str:
    """Where beats go: below the path of hits, as the script knows too."""
    return f"{settings.EVENT_PATH}/here"
