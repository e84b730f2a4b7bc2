"""The accept application: ASGI, in front of Django.

From bytes to commit a request takes this road: `handle` reads it, its wire format's module parses
it into hits, `decide` accepts or refuses each, the inbox commits, the wire format answers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from django.conf import settings

from tracking import telemetry
from tracking.drains import DrainRequests
from tracking.ingest.accept import Outcome, Refused, decide
from tracking.ingest.address import TrustedProxies
from tracking.ingest.hit import Hit, Sender
from tracking.ingest.hit_id import REQUEST_ID, name_hits
from tracking.ingest.http import (
    ASGIReceive,
    ASGISend,
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    Request,
    Response,
    read_body,
    reply,
    request_of,
)
from tracking.ingest.inbox import Inbox
from tracking.ingest.one_address import OneAddressWarning
from tracking.ingest.place import Places
from tracking.ingest.protocols import (
    WireFormat,
    goatcounter,
    goatcounter_api,
    image,
    matomo,
    plausible,
    umami,
    visited,
)
from tracking.ingest.protocols.answers import CORS, JSON, PREFLIGHT, dropped
from tracking.ingest.refusals import LIMITS, Malformed, StorageDown
from tracking.ingest.rules import Rules, refreshed
from tracking.ingest.scripts import Scripts, served
from tracking.ingest.text import cut, storable

logger = structlog.get_logger(__name__)

ASGIApp = Callable[[dict[str, Any], ASGIReceive, ASGISend], Awaitable[None]]

USER_AGENT_BYTES = 512
LANGUAGE_BYTES = 100
POLL_SECONDS = 1

WIRE_FORMATS: tuple[WireFormat, ...] = (
    plausible,
    umami,
    goatcounter,
    goatcounter_api,
    matomo,
    image,
    visited,
)


class AcceptApp:
    """Answers the addresses of trackers; everything else goes to `pages`."""

    def __init__(self, pages: ASGIApp) -> None:
        self.pages = pages
        self.proxies = TrustedProxies(settings.TRUSTED_PROXIES)
        self.places = Places(settings.GEOIP_FILE)
        self.one_address = OneAddressWarning()
        # One thread owns this process's storage connection, so commits never wait for one another.
        self.storage = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self.drains = DrainRequests()
        self.inbox = Inbox(self.storage, self.drains.ask)
        self.rules = Rules()
        self.refreshing: asyncio.Task[None] | None = None
        self.poller: asyncio.Task[None] | None = None
        self.scripts = Scripts()

    async def __call__(self, scope: dict[str, Any], receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if wire_format := wire_format_of(path):
                return await self.handle(wire_format, request_of(scope), receive, send)
            if found := self.scripts.at(path):
                return await reply(send, served(found, request_of(scope)), scope["method"])
        await self.pages(scope, receive, send)

    async def handle(
        self, wire_format: WireFormat, request: Request, receive: ASGIReceive, send: ASGISend
    ) -> None:
        began = time.perf_counter()
        status = await respond(request, send, self.answer(wire_format, request, receive))
        name = wire_format.__name__.rpartition(".")[2]
        telemetry.count_request(f"hits:{name}", status, began)
        if not request.decided:
            telemetry.count_failure(status)

    async def answer(
        self, wire_format: WireFormat, request: Request, receive: ASGIReceive
    ) -> Response:
        if request.method == "OPTIONS":
            return Response(204, headers=PREFLIGHT)
        if request.method not in wire_format.METHODS:
            return not_allowed(sorted(wire_format.METHODS))
        request.body = await read_body(receive, wire_format.body_limit(request.path))
        hits = wire_format.parse(request)
        outcomes = await self.take(request, hits)
        return over_limit(outcomes) or wire_format.answer(request, outcomes)

    async def take(self, request: Request, hits: list[Hit]) -> list[Outcome]:
        """Decide on the hits of a request and return once the accepted ones are committed."""
        sender = sender_of(request, self.proxies.client(request.peer, request.headers))
        self.one_address.see(sender.address)
        request_id = request.headers.get("x-request-id", "")
        if REQUEST_ID.fullmatch(request_id) and self.proxies.trusts(request.peer):
            # Known by its request, a hit that the proxy also wrote to its file counts once.
            name_hits(hits, request_id)
        now = datetime.now(UTC)
        await self.ensure_rules(hits, now)
        outcomes = [decide(hit, sender, self.rules, self.places, now) for hit in hits]
        await self.inbox.put(outcomes)
        telemetry.count_outcomes(outcomes)
        request.decided = True
        return outcomes

    async def ensure_rules(self, hits: list[Hit], now: datetime) -> None:
        """Have rules that judge these hits: an unknown site or a new day asks storage at once."""
        if self.poller is None:
            # Of all requests, not of the one that begins it.
            self.poller = asyncio.create_task(self.poll(), context=Context())
        site_of = self.rules.site_of
        if now.date() not in self.rules.salts or any(site_of(hit) is None for hit in hits):
            # All that wait ask together: many hits for a site that nobody has cost one look.
            self.refreshing = self.refreshing or asyncio.create_task(
                self.refresh(), context=Context()
            )
            await asyncio.shield(self.refreshing)

    async def refresh(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            self.rules = await loop.run_in_executor(self.storage, refreshed_or_down, self.rules)
        finally:
            self.refreshing = None

    async def poll(self) -> None:
        while True:
            try:
                await self.refresh()
                await self.inbox.flush_refusals()
                self.places.reload_if_changed()
            except StorageDown:
                logger.warning("rules_not_read")
            except Exception:
                logger.exception("rules_not_refreshed")
            await asyncio.sleep(POLL_SECONDS)


async def respond(request: Request, send: ASGISend, answer: Awaitable[Response]) -> int:
    """Send the answer to a request, or what is wrong where making it fails; returns its status.

    499, as nginx has it, where the client is gone.
    """
    try:
        response = await answer
    except Malformed as error:
        response = Response(400, orjson.dumps({"errors": error.errors}), (*JSON, *CORS))
    except BodyTooLarge:
        response = refused(413, "request", "is too large")
    except BodyTooSlow:
        response = refused(408, "request", "took too long")
    except StorageDown:
        response = refused(503, "request", "could not be stored; send it again later")
        response.headers += ((b"retry-after", b"2"),)
    except ClientGone:
        return 499
    await reply(send, response, request.method)
    return response.status


def wire_format_of(path: str) -> WireFormat | None:
    return next((each for each in WIRE_FORMATS if each.matches(path)), None)


def sender_of(request: Request, address: str) -> Sender:
    """Who sent the request, by its headers and the address that it came from."""
    headers = request.headers
    return Sender(
        address=address,
        user_agent=cut(storable(headers.get("user-agent", "")), USER_AGENT_BYTES),
        language=cut(storable(headers.get("accept-language", "")), LANGUAGE_BYTES),
        opts_out=says_yes(headers.get("sec-gpc", "")) or says_yes(headers.get("dnt", "")),
        key=bearer(headers.get("authorization", "")),
        forwarded=headers.get("x-forwarded-for", ""),
    )


def says_yes(value: str) -> bool:
    """Whether a header is 1; one that was sent twice comes as "1, 1"."""
    return "1" in value.replace(" ", "").split(",")


def bearer(authorization: str) -> str:
    """The API key of an Authorization header, or an empty text."""
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def over_limit(outcomes: list[Outcome]) -> Response | None:
    """The answer where limits took every hit of a request."""
    reasons = {each.reason if isinstance(each, Refused) else None for each in outcomes}
    if not reasons or not reasons <= LIMITS:
        return None
    response = refused(429, "request", "is one of too many; send it again later")
    response.headers += ((b"retry-after", b"1"), *dropped(outcomes))
    return response


def refused(status: int, field: str, sentence: str) -> Response:
    return Response(status, orjson.dumps({"errors": {field: [sentence]}}), (*JSON, *CORS))


def not_allowed(methods: list[str]) -> Response:
    response = refused(405, "method", f"must be {' or '.join(methods)}")
    response.headers += ((b"allow", ", ".join([*methods, "OPTIONS"]).encode()),)
    return response


def refreshed_or_down(rules: Rules) -> Rules:
    from django.db import Error, connection

    try:
        return refreshed(rules)
    except Error as error:
        connection.close()
        raise StorageDown from error
