import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from channels.db import database_sync_to_async
from django.test import AsyncClient, Client

from realtime.out import events, sse, streams
from realtime.out.asked import Asked
from realtime.out.tickets import KeyTicket
from tests.dashboard.api.asking import headers
from tests.factories import SiteFactory
from tests.realtime.lines import make_site, make_user, seal_visits, store, store_and_announce
from tests.realtime.out.conftest import running_loop
from tests.realtime.out.programs import make_key
from tests.realtime.stored import event
from tracking.models import Member, Site
from tracking.models.keys import Scope

__all__ = ["running_loop"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]

EVENTS = "/api/v1/live/events"


async def site_and_key(scopes: list[str] = Scope.values) -> tuple[Site, str]:
    user = await make_user()
    site = await make_site(user)
    return site, (await make_key(user, scopes))[1]


async def ask(key: str, site_id: str, last_id: str = "", **parameters: str):
    """The response, of which a stream has not begun."""
    asked = headers(key) | ({"Last-Event-ID": last_id} if last_id else {})
    return await AsyncClient().get(EVENTS, {"site_id": site_id, **parameters}, headers=asked)


@asynccontextmanager
async def stream(*asked: str, **parameters: str) -> AsyncIterator[AsyncIterator[dict]]:
    """The events of a stream, each as its fields; the first was read, for it says where it is."""
    response = await ask(*asked, **parameters)
    assert 200 == response.status_code
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    reading = asyncio.create_task(read(response.streaming_content, queue))
    try:
        first = await queue.get()
        assert (first or b"").startswith(b"retry: 1000\n")
        yield fields_of(queue)
    finally:
        # As the server ends a response whose client has gone.
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def read(parts: AsyncIterator[bytes], queue: "asyncio.Queue[bytes | None]") -> None:
    async for part in parts:
        queue.put_nowait(part)
    queue.put_nowait(None)


async def fields_of(queue: "asyncio.Queue[bytes | None]") -> AsyncIterator[dict[str, str]]:
    while part := await queue.get():
        assert part.endswith(b"\n\n")
        yield dict(line.split(": ", 1) for line in part.decode().strip().splitlines())


async def ids(told: AsyncIterator[dict[str, str]], number: int) -> list[str]:
    async with asyncio.timeout(10):
        return [(await anext(told))["id"] for _ in range(number)]


async def test_stored_visit_is_told_as_an_event():
    site, key = await site_and_key()
    async with stream(key, site.domain) as told:
        await store_and_announce(event(site, city="Leipzig"))
        async with asyncio.timeout(10):
            fields = await anext(told)

    data = orjson.loads(fields.pop("data"))
    assert {"id": "1-0", "event": "visit"} == fields
    assert ("1-0", "visit", "Leipzig") == (data["id"], data["type"], data["city"])


async def test_answer_is_a_stream_that_nothing_keeps():
    site, key = await site_and_key()
    response = await ask(key, site.domain)

    assert ("text/event-stream", "no-store", "no") == (
        response["Content-Type"],
        response["Cache-Control"],
        response["X-Accel-Buffering"],
    )


@pytest.mark.parametrize("how", [{"last_id": "1-0"}, {"cursor": "1-0"}], ids=["header", "cursor"])
async def test_client_goes_on_from_its_last_id(monkeypatch, how):
    monkeypatch.setattr(events, "CHUNK", 2)
    site, key = await site_and_key()
    await store(*(event(site) for _ in range(4)))
    async with stream(key, site.domain, **how) as told:
        assert ["2-0", "3-0", "4-0"] == await ids(told, 3)
        await store_and_announce(event(site))
        assert ["5-0"] == await ids(told, 1)


async def test_last_id_goes_before_the_cursor_of_the_address():
    site, key = await site_and_key()
    await store(*(event(site) for _ in range(4)))
    async with stream(key, site.domain, "3-0", cursor="1-0") as told:
        assert ["4-0"] == await ids(told, 1)


async def test_quiet_stream_tells_how_far_it_is(monkeypatch):
    monkeypatch.setattr(sse, "KEEP_SECONDS", 0.05)
    site, key = await site_and_key()
    async with stream(key, site.domain, types="goal") as told:
        await store_and_announce(event(site))
        while (await ids(told, 1)) != ["1"]:
            pass


async def test_stream_ends_when_its_client_does_not_keep_up(monkeypatch):
    monkeypatch.setattr(sse, "MOST_WAITING", 2)
    user = await make_user()
    site = await make_site(user)
    key, _ = await make_key(user)
    texts = sse.listen(site, KeyTicket(key.pk), Asked(frozenset(["visit"]), None))
    await anext(texts)
    next_text = asyncio.ensure_future(anext(texts))
    await asyncio.sleep(0)
    [heard] = streams.streams().values()
    await store_and_announce(event(site))
    await next_text
    await store_and_announce(*(event(site) for _ in range(3)))
    async with asyncio.timeout(10):
        while heard.head.event < 4:
            await asyncio.sleep(0.01)

        assert [] == [each async for each in texts]


async def test_stream_ends_after_so_many_bytes_and_is_continued(monkeypatch):
    monkeypatch.setattr(sse, "MOST_BYTES", 100)
    site, key = await site_and_key()
    await store(*(event(site) for _ in range(5)))
    found: list[str] = []
    last = "0"
    while len(found) < 5:
        async with stream(key, site.domain, last) as told:
            found += [each["id"] async for each in told]
            last = found[-1]

    assert ["1-0", "2-0", "3-0", "4-0", "5-0"] == found


@pytest.mark.parametrize("what", ["key", "membership"])
async def test_stream_ends_when_its_right_does(monkeypatch, what):
    monkeypatch.setattr(streams, "TICKET_SECONDS", 0.05)
    user = await make_user()
    site = await make_site(user)
    row, key = await make_key(user)
    withdrawn = row.delete if what == "key" else Member.objects.all().delete
    async with stream(key, site.domain) as told:
        end = asyncio.ensure_future(anext(told, None))
        await asyncio.sleep(0.01)
        await database_sync_to_async(withdrawn)()
        async with asyncio.timeout(10):
            assert await end is None


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"cursor": "x"}, 400, "The cursor must be the id of a live event."),
        ({"types": "money"}, 400, "The types are visit, goal, threshold, and not 'money'."),
        ({"cursor": "9"}, 410, "The events after this id are gone. Begin again without one."),
        ({"cursor": "0"}, 410, "The events after this id are gone. Begin again without one."),
    ],
    ids=["cursor", "types", "cursor ahead", "cursor sealed"],
)
async def test_question_that_cannot_be_answered_is_refused(parameters, status, sentence):
    site, key = await site_and_key()
    await store(event(site), event(site))
    await seal_visits(site, 1)

    response = await ask(key, site.domain, **parameters)

    assert (status, {"error": sentence}) == (response.status_code, orjson.loads(response.content))


async def test_key_must_be_valid_and_read_figures():
    site, key = await site_and_key([Scope.SITES_READ])
    answers = [(await ask(each, site.domain)).status_code for each in ("wrong", key)]

    assert [401, 403] == answers


@pytest.mark.parametrize("domain", ["of-another.example", "nobodys.example"])
async def test_outsider_is_told_the_same_of_every_site(domain):
    await database_sync_to_async(SiteFactory)(domain="of-another.example")
    _, key = await site_and_key()

    response = await ask(key, domain)

    sentence = {"error": f"There is no site {domain} that this key opens."}
    assert (404, sentence) == (response.status_code, orjson.loads(response.content))


async def test_key_has_a_bounded_number_of_streams(monkeypatch):
    monkeypatch.setattr(sse, "MOST_STREAMS", 1)
    monkeypatch.setattr("dashboard.api.live.MOST_STREAMS", 1)
    site, key = await site_and_key()
    async with stream(key, site.domain):
        assert 429 == (await ask(key, site.domain)).status_code
    async with stream(key, site.domain):
        pass


async def test_head_and_other_methods_begin_no_stream():
    site, key = await site_and_key()
    client, address = AsyncClient(), f"{EVENTS}?site_id={site.domain}"

    head = await client.head(address, headers=headers(key))
    post = await client.post(address, headers=headers(key))

    assert (200, b"", 405, "GET") == (
        head.status_code,
        head.content,
        post.status_code,
        post["Allow"],
    )


async def test_server_that_cannot_stream_says_so():
    site, key = await site_and_key()

    response = await database_sync_to_async(Client().get)(
        EVENTS, {"site_id": site.domain}, headers=headers(key)
    )

    assert 421 == response.status_code
