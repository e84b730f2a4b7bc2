"""The endpoint of beats, by what the store then has."""

import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from structlog.testing import capture_logs

from realtime.presence.app import BEATS_A_HIT, PresenceApp
from realtime.presence.store import Away, Heard, MemoryStore, Tab
from tests.factories import SiteFactory
from tests.realtime.presence.beating import Clock
from tests.server import CHROME
from tests.tracking.ingest.accepting import BROWSER, GOOGLEBOT, send, waiting
from tracking.ingest.app import AcceptApp
from tracking.ingest.rules import Rules
from tracking.models import Generation, RefusalCount, Salt, Site

pytestmark = pytest.mark.django_db(transaction=True)

BEAT = {"d": "example.com", "u": "https://example.com/a", "t": "tab-1", "i": 1, "s": "active"}


async def pages(_scope: object, _receive: object, send: Callable[..., Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"pages"})


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory(domain="example.com")


@pytest.fixture
async def client() -> AsyncIterator[Any]:
    accepting = AcceptApp(pages)
    app = PresenceApp(accepting, MemoryStore(clock=Clock()))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as open_client:
        open_client.headers.update(BROWSER)
        open_client.app = app
        yield open_client
    if accepting.poller:
        accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()


async def tell(client: Any, **changes: object) -> httpx.Response:
    return await client.post("/api/event/here", content=json.dumps(BEAT | changes))


def said(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.text


@sync_to_async
def save(site: Site, **changes: object) -> Site:
    for name, value in changes.items():
        setattr(site, name, value)
    site.save()
    return site


def heard(client: Any, site: Site) -> Heard:
    return client.app.store.read(site.pk)


async def test_a_beat_is_answered_with_the_seconds_to_the_next(client, site):
    response = await tell(client)

    assert (200, "60", "*", "no-store") == (
        *said(response),
        response.headers["access-control-allow-origin"],
        response.headers["cache-control"],
    )


async def test_the_next_beat_comes_soon_while_somebody_watches(client, site):
    client.app.store.read(site.pk, watching=True)

    assert (200, "5") == said(await tell(client))


@pytest.mark.parametrize("named", [{}, {"visitor": "ada"}], ids=["address", "own id"])
async def test_a_beat_is_of_the_visitor_that_the_hits_are_of(client, site, named):
    await send(client, **named)
    await tell(client, **named)

    [hit], [tab] = await waiting(), heard(client, site).tabs

    assert Tab(hit["visitor"], hit["visitor_before"], True, "/a") == tab


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"u": "https://example.com/caf%C3%A9?q=x&ref=me#top"}, "/café?q=x"),
        ({"u": "https://example.com/#/inbox", "h": 1}, "/#/inbox"),
        ({"u": "https://example.com"}, "/"),
        ({"u": f"https://example.com/{'a' * 900}"}, f"/{'a' * 299}"),
    ],
    ids=["query that is kept", "hash", "no path", "long"],
)
async def test_a_page_is_named_as_reports_name_it(client, site, changes, path):
    await save(site, query_parameters="q")

    await tell(client, **changes)

    assert [path] == [tab.path for tab in heard(client, site).tabs]


@pytest.mark.parametrize(("state", "found"), [("active", [True]), ("idle", [False]), ("left", [])])
async def test_a_beat_says_what_the_person_does(client, site, state, found):
    await tell(client, s=state)

    assert found == [tab.active for tab in heard(client, site).tabs]


async def test_a_page_of_two_sites_is_open_on_both(client, site):
    other = await sync_to_async(SiteFactory)(domain="other.example")
    client.app.store.read(other.pk, watching=True)

    response = await tell(client, d="example.com,other.example,unknown.example")

    assert ((200, "5"), 1, 1) == (
        said(response),
        len(heard(client, site).tabs),
        len(heard(client, other).tabs),
    )


@pytest.mark.parametrize(
    ("rules", "changes", "headers"),
    [
        ({}, {"d": "unknown.example"}, {}),
        ({}, {}, {"DNT": "1"}),
        ({}, {}, {"Sec-GPC": "1"}),
        ({}, {}, {"User-Agent": GOOGLEBOT}),
        ({"bots": Site.Bots.APART}, {}, {"User-Agent": GOOGLEBOT}),
        ({"blocked_addresses": "91.0.0.0/24"}, {}, {}),
        ({"blocked_pages": "/a"}, {}, {}),
        ({"blocked_countries": "DE"}, {}, {}),
        ({"allowed_hostnames": "shop.example.com"}, {}, {}),
    ],
    ids=[
        *("unknown site", "do not track", "privacy control", "bot", "bot apart"),
        *("address", "page", "country", "hostname"),
    ],
)
async def test_who_is_not_counted_is_told_to_stop(client, site, rules, changes, headers):
    await save(site, **rules)
    client.headers.update(headers)

    response = await tell(client, **changes)

    assert ((200, "0"), Heard()) == (said(response), heard(client, site))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("{", "request"),
        ("[]", "request"),
        (json.dumps(BEAT | {"t": ""}), "t"),
        (json.dumps(BEAT | {"t": "a b"}), "t"),
        (json.dumps(BEAT | {"i": -1}), "i"),
        (json.dumps(BEAT | {"i": "1"}), "i"),
        (json.dumps(BEAT | {"s": "away"}), "s"),
        (json.dumps(BEAT | {"s": ["left"]}), "s"),
        (json.dumps(BEAT | {"u": "nowhere"}), "url"),
        (json.dumps(BEAT | {"d": ""}), "domain"),
    ],
)
async def test_a_body_that_is_no_beat_is_refused(client, site, content, field):
    response = await client.post("/api/event/here", content=content)

    assert (400, [field], Heard()) == (
        response.status_code,
        list(response.json()["errors"]),
        heard(client, site),
    )


async def test_a_large_body_is_refused(client, site):
    assert 413 == (await tell(client, u=f"https://example.com/{'a' * 5000}")).status_code


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 204), ("GET", 405), ("PUT", 405)])
async def test_beats_are_posted(client, site, method, status):
    assert status == (await client.request(method, "/api/event/here")).status_code


async def test_other_addresses_are_those_of_the_accept_application(client, site):
    answers = [await send(client), await client.get("/api/event/here/")]

    assert [202, 404] == [each.status_code for each in answers]


async def test_one_address_sends_so_many_beats_at_once_and_hits_beside_them(settings, site):
    settings.ADDRESS_RATE = 1
    accepting = AcceptApp(pages)
    app = PresenceApp(accepting, MemoryStore())
    app.limits.clock = Clock()
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.headers.update(BROWSER)
        beats = [await tell(client, t=f"tab-{number}") for number in range(10 * BEATS_A_HIT + 1)]
        hit = await send(client)
    accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()

    assert ([200] * 10 * BEATS_A_HIT + [429], 202) == (
        [each.status_code for each in beats],
        hit.status_code,
    )


async def test_without_a_store_a_page_is_told_to_try_again(client, site, monkeypatch):
    async def away(*_arguments: object) -> float:
        raise Away

    monkeypatch.setattr(client.app.store, "put", away)

    assert 503 == (await tell(client)).status_code


async def test_a_beat_is_neither_stored_nor_counted_nor_logged(client, site):
    with capture_logs() as logs:
        await tell(client)
        await tell(client, d="unknown.example")
        await tell(client, s="none")
    await client.app.accept.inbox.flush_refusals()

    assert ([], [], 0) == (await waiting(), logs, await RefusalCount.objects.acount())


async def test_the_page_may_have_another_path_for_its_hits(settings, client, site):
    settings.EVENT_PATH = "/assets/steps"

    response = await client.post("/assets/steps/here", content=json.dumps(BEAT))

    assert (200, "60") == said(response)


async def test_the_place_and_agent_of_a_visitor_are_not_kept(client, site):
    await tell(client)

    kept = repr(client.app.store.rooms)

    assert [] == [word for word in ("91.0.0.7", CHROME, "Chrome", "DE") if word in kept]


@sync_to_async
def change_key() -> bytes:
    """Gives the one that was the day's until now."""
    salt = Salt.objects.get()
    Salt.objects.update(key=b"n" * 32)
    Generation.bump(Generation.RULES)
    return bytes(salt.key)


async def test_nothing_holds_a_key_that_the_rules_have_no_more(client, site):
    await tell(client)
    old = await change_key()

    await client.app.accept.refresh()

    gc.collect()
    holding = [
        # By its type: to ask what stands for another whether it is one would make that other.
        each
        for each in gc.get_objects()
        if type(each) is Rules and old in each.salts.values()
    ]
    assert [] == holding
