from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Any

import httpx
import pytest
from django.db import connections

from tests.factories import SiteFactory
from tests.tracking.ingest.accepting import BROWSER
from tracking.ingest import app
from tracking.ingest.app import AcceptApp
from tracking.ingest.scripts import Scripts
from tracking.models import Site


async def pages(_scope: object, _receive: object, send: Callable[..., Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"pages"})


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory(domain="example.com")


@cache
def scripts() -> Scripts:
    """Compressed once for all tests."""
    return Scripts()


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    asked: list[int] = []
    monkeypatch.setattr(app, "Scripts", scripts)
    accepting = AcceptApp(pages)
    monkeypatch.setattr(accepting.inbox, "_on_commit", lambda: asked.append(1))
    transport = httpx.ASGITransport(accepting, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as open_client:
        open_client.headers.update(BROWSER)
        open_client.accepting = accepting
        open_client.asked = asked
        yield open_client
    if accepting.poller:
        accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()
