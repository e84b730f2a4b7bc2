"""Sends hits to an accept application, and looks at what waits afterwards."""

import json
from typing import Any

import httpx
from asgiref.sync import sync_to_async
from msgspec.json import decode
from msgspec.structs import asdict

from tests.server import CHROME
from tracking.ingest.hit import WaitingHit
from tracking.models import InboxHit

PAGEVIEW = {"n": "pageview", "d": "example.com", "u": "https://example.com/a"}
BROWSER = {"User-Agent": CHROME, "X-Forwarded-For": "91.0.0.7", "Accept-Language": "de-DE"}
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
POLL_SECONDS = 0.01
PATIENCE = 10


async def send(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    return await client.post("/api/event", content=json.dumps(PAGEVIEW | changes))


@sync_to_async
def waiting() -> list[dict[str, Any]]:
    hits = InboxHit.objects.order_by("id")
    return [asdict(decode(hit.payload, type=WaitingHit)) for hit in hits]
