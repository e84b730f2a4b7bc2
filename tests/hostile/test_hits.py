"""Hostile texts in every field of every wire format: answered, and stored whole or refused."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from realtime.presence.app import PresenceApp
from tests.factories import SeatFactory, SiteFactory
from tests.hostile.strings import NAUGHTY, everything, rows
from tests.server import CHROME
from tracking.enrich.draining import drain
from tracking.ingest.app import AcceptApp
from tracking.ingest.http import ASGISend
from tracking.ingest.protocols.fields import PROP_VALUE_BYTES
from tracking.ingest.text import storable
from tracking.models import ApiKey, Event, InboxHit, QuarantinedHit, SiteAlias
from tracking.models.keys import Scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.costly]

ANSWERS = {200, 202, 204, 400, 401, 403, 404, 405, 413}
Ask = dict[str, Any]
AT_ONCE = 100
SITE = "https://example.com/"


@dataclass(frozen=True)
class Kind:
    """`usual` are the values of a hit that counts; `ask` makes a request of as many values."""

    name: str
    usual: list[Any]
    ask: Callable[[list[Any]], Ask]


def post(path: str, body: object, **headers: str) -> Ask:
    sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    return {"method": "POST", "url": path, "content": json.dumps(body), "headers": sent}


def get(path: str, params: dict[str, str], **headers: str) -> Ask:
    sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    return {"method": "GET", "url": path, "params": params, "headers": sent}


def plausible(t: list[Any]) -> Ask:
    props = {t[4] if isinstance(t[4], str) else "k": t[5]}
    body = {"n": t[0], "d": t[1], "u": t[2], "r": t[3], "p": props, "i": t[6], "h": t[7]}
    money = {"currency": t[8], "amount": t[9]}
    return post("/api/event", body | {"v": t[10], "sd": t[11], "e": t[12], "id": t[13], "$": money})


def beat(t: list[Any]) -> Ask:
    return post("/api/event/here", {"d": t[0], "u": t[1], "t": t[2], "i": t[3], "s": t[4]})


def umami(t: list[Any]) -> Ask:
    names = ("website", "hostname", "language", "screen", "title", "url", "referrer", "name", "tag")
    payload = dict(zip(names, t[1:10], strict=True)) | {"id": t[10], "data": {t[11]: t[12]}}
    return post("/api/send", {"type": t[0], "payload": payload}, x_umami_cache=t[13])


def umami_batch(t: list[Any]) -> Ask:
    payload = {"website": SITE_ID, "hostname": "example.com", "url": "/", "data": t[0]}
    given = {"timestamp": t[1], "ip": t[2], "userAgent": t[3], "lcp": t[4], "ttfb": t[5]}
    return post("/api/batch", [{"type": "event", "payload": payload | given}, t[6]])


def goatcounter(t: list[Any]) -> Ask:
    names = ("p", "t", "r", "e", "s", "q", "b", "rnd")
    return get("/count", dict(zip(names, t, strict=False)), Referer=t[8])


def goatcounter_api(t: list[Any]) -> Ask:
    names = ("path", "title", "event", "ref", "size", "query", "bot", "user_agent", "location")
    more = ("language", "ip", "created_at", "session")
    hit = dict(zip((*names, *more), t, strict=False))
    body = {"hits": [hit], "filter": t[13], "no_sessions": t[14]}
    return post("/api/v0/count?site=example.com", body, Authorization=f"Bearer {t[15]}")


def matomo(t: list[Any]) -> Ask:
    names = ("idsite", "rec", "url", "action_name", "_id", "urlref", "res", "ua", "uadata", "lang")
    more = ("uid", "cdt", "cip", "e_c", "e_a", "e_n", "e_v", "search", "link", "download")
    last = ("idgoal", "revenue", "pf_net", "ping", "send_image", "token_auth")
    return get("/matomo.php", dict(zip((*names, *more, *last), t, strict=True)))


def matomo_bulk(t: list[Any]) -> Ask:
    query = f"?{httpx.QueryParams({'idsite': '5', 'rec': '1', 'url': SITE, 'search': t[0]})}"
    return post("/matomo.php", {"requests": [query, t[1]], "token_auth": t[2]})


def image(t: list[Any]) -> Ask:
    return get(f"/image/{quote(t[0][:500], safe='')}.gif", {}, Referer=t[1])


def visited(t: list[Any]) -> Ask:
    return get(f"/visit/{quote(t[0][:500], safe='')}/visited", {"event": t[1]}, Referer=t[2])


def headers(t: list[Any]) -> Ask:
    names = ("User_Agent", "Accept_Language", "X_Forwarded_For", "Authorization", "DNT", "Sec_GPC")
    more = ("X_Request_ID", "Content_Type", "Origin", "X_Real_IP", "Referer", "Cookie")
    body = {"n": "pageview", "d": "example.com", "u": SITE}
    return post("/api/event", body, **dict(zip((*names, *more), t, strict=True)))


def raw(t: list[Any]) -> Ask:
    paths = ("/api/event", "/api/send", "/api/batch", "/api/v0/count", "/matomo.php", "/count")
    query = quote(t[0][:4000], safe="&=%+;")
    return {"method": "POST", "url": f"{paths[len(t[0]) % 6]}?{query}", "content": t[0].encode()}


SITE_ID = "b59e9c65-ae32-47f1-8400-119fcf4861c4"
KEY = "ff_" + "A" * 40
KINDS = [
    Kind(
        "plausible",
        ["pageview", "example.com", SITE, SITE, "k", "v", True, 0, "EUR", "1", 1, 0, 0, None],
        plausible,
    ),
    Kind("beat", ["example.com", SITE, "tab", 1, "active"], beat),
    Kind(
        "umami",
        [
            "event",
            SITE_ID,
            "example.com",
            "de",
            "1x1",
            "T",
            "/",
            SITE,
            "n",
            "tag",
            "i",
            "k",
            "v",
            "x",
        ],
        umami,
    ),
    Kind("umami batch", [{}, None, "1.1.1.1", CHROME, 1, 1, {}], umami_batch),
    Kind("goatcounter", ["/", "T", SITE, "", "1,1,1", "?a=b", "0", "x", SITE], goatcounter),
    Kind(
        "goatcounter api",
        [
            "/",
            "T",
            False,
            SITE,
            [1],
            "?a",
            0,
            CHROME,
            "DE",
            "de",
            "1.1.1.1",
            None,
            "s",
            [],
            True,
            KEY,
        ],
        goatcounter_api,
    ),
    Kind("matomo", ["5", "1", SITE, *[""] * 23], matomo),
    Kind("matomo bulk", ["", "", ""], matomo_bulk),
    Kind("image", ["example.com", SITE], image),
    Kind("visited", ["example.com", "signup", SITE], visited),
    Kind("headers", [CHROME, *[""] * 11], headers),
]
RAW = Kind("raw", [""], raw)


async def pages(_scope: object, _receive: object, send: ASGISend) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def tracker(db: None) -> AsyncIterator[httpx.AsyncClient]:
    await sync_to_async(furnish)()
    accepting = AcceptApp(pages)
    transport = httpx.ASGITransport(PresenceApp(accepting), client=("127.0.0.1", 5000))
    agent = {"User-Agent": CHROME}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=agent
    ) as client:
        yield client
    if accepting.poller:
        accepting.poller.cancel()
    accepting.storage.submit(connections.close_all).result()
    accepting.storage.shutdown()


def furnish() -> None:
    site = SiteFactory(domain="example.com")
    for name in (SITE_ID, "5"):
        SiteAlias.objects.create(site=site, name=name)
    owner = SeatFactory(site=site).user
    hashed = ApiKey.hash(KEY)
    ApiKey.objects.create(user=owner, scopes=Scope.values, prefix=KEY[:9], key_hash=hashed)


async def statuses(tracker: httpx.AsyncClient, asks: Iterable[Ask]) -> Counter[int]:
    """How often each status came. What the application raises is raised here."""
    found: Counter[int] = Counter()
    at_once = asyncio.Semaphore(AT_ONCE)

    async def send(ask: Ask) -> None:
        async with at_once:
            answer = await tracker.request(**ask)
            found[answer.status_code] += 1
            assert "\n" not in "".join(answer.headers.values())

    await asyncio.gather(*map(send, asks))
    return found


@pytest.mark.parametrize("kind", [*KINDS, RAW], ids=lambda kind: kind.name)
async def test_hit_that_is_hostile_in_all_its_fields_is_answered(tracker, kind):
    found = await statuses(tracker, map(kind.ask, rows(len(kind.usual))))
    await stored_events()

    assert ANSWERS >= found.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_hit_that_is_hostile_in_one_field_becomes_an_event_or_is_refused(tracker, kind):
    asks = [kind.ask(each) for each in one_hostile(kind.usual)]

    found = await statuses(tracker, asks)

    assert ANSWERS >= found.keys()
    # Most fields may hold anything; beats never become events.
    least = 0 if kind.ask == beat else len(NAUGHTY) // 3
    assert least <= await stored_events()


def one_hostile(usual: list[Any]) -> Iterator[list[Any]]:
    """The values with one of the texts in one place."""
    for number, text in enumerate(NAUGHTY):
        place = number % len(usual)
        yield [*usual[:place], text, *usual[place + 1 :]]


async def stored_events() -> int:
    """Drain what waits; each hit has become an event."""
    waits = await sync_to_async(InboxHit.objects.count)()
    assert waits == await sync_to_async(drain)()
    assert 0 == await sync_to_async(QuarantinedHit.objects.count)()
    assert waits == await sync_to_async(Event.objects.count)()
    return waits


async def test_scripts_as_props_are_stored_to_the_letter(tracker):
    def ask(text: str) -> Ask:
        body = {"n": "pageview", "d": "example.com", "u": SITE, "p": {"key": text}}
        return {"method": "POST", "url": "/api/event", "content": json.dumps(body)}

    found = await statuses(tracker, map(ask, filter(fits, everything())))
    await sync_to_async(drain)()

    assert [202] == [*found]
    assert set(map(storable_text, filter(fits, everything()))) == await stored_props()


def fits(text: str) -> bool:
    return bool(storable_text(text)) and len(text.encode()) <= PROP_VALUE_BYTES


def storable_text(text: str) -> str:
    return storable(text).strip()


@sync_to_async
def stored_props() -> set[str]:
    return {json.loads(each)["key"] for each in Event.objects.values_list("props", flat=True)}
