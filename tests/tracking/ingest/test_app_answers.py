"""What the accept application answers to hits that it does not take, and to what is no hit."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from tests.factories import SiteFactory
from tests.tracking.ingest.accepting import (
    GOOGLEBOT,
    PAGEVIEW,
    send,
    waiting,
)
from tracking.ingest import inbox
from tracking.ingest.app import AcceptApp
from tracking.ingest.limits import Limits
from tracking.ingest.rules import Rules
from tracking.models import RefusalCount

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("changes", "headers", "reason"),
    [
        pytest.param({"d": "unknown.example"}, {}, "unknown_site", id="unknown site"),
        pytest.param({}, {"User-Agent": GOOGLEBOT}, "bot", id="crawler"),
        pytest.param({}, {"Sec-GPC": "1"}, "opted_out", id="Global Privacy Control"),
        pytest.param({}, {"DNT": "1"}, "opted_out", id="Do Not Track"),
        pytest.param({}, [("DNT", "1"), ("DNT", "1")], "opted_out", id="Do Not Track twice"),
        pytest.param({"r": "https://semalt.com/"}, {}, "spam", id="spam"),
    ],
)
async def test_a_refused_hit_is_answered_202_with_the_reason_and_counted(
    site, client, changes, headers, reason
):
    answer = await client.post(
        "/api/event", content=json.dumps(PAGEVIEW | changes), headers=headers
    )
    await client.accepting.inbox.flush_refusals()

    assert (202, "1", reason) == (
        answer.status_code,
        answer.headers["x-plausible-dropped"],
        answer.headers["x-footfall-dropped"],
    )
    assert [] == await waiting()
    known = 0 if reason == "unknown_site" else site.pk
    assert [(known, reason, 1)] == [
        row async for row in RefusalCount.objects.values_list("site_id", "reason", "count")
    ]


async def test_opting_out_is_not_honoured_where_the_owner_says_so(site, client):
    site.honour_opt_out = False
    await sync_to_async(site.save)()

    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers={"DNT": "1"})

    assert 1 == len(await waiting())


async def test_a_limit_that_took_every_hit_is_answered_429_and_counted(site, client):
    client.accepting.rules = Rules(limits=Limits(1, 0, clock=lambda: 1000.0))
    answers = [await send(client) for _ in range(11)]
    await client.accepting.inbox.flush_refusals()

    assert [202] * 10 + [429] == [answer.status_code for answer in answers]
    assert ("address_limit", "1") == (
        answers[-1].headers["x-footfall-dropped"],
        answers[-1].headers["retry-after"],
    )
    assert [(site.pk, "address_limit", 1)] == [
        row async for row in RefusalCount.objects.values_list("site_id", "reason", "count")
    ]


async def test_a_request_of_which_a_limit_took_a_part_is_answered_202(site, client):
    await sync_to_async(SiteFactory)(domain="example.org")
    client.accepting.rules = Rules(limits=Limits(1, 0, clock=lambda: 1000.0))
    for _ in range(9):
        await send(client)

    answer = await send(client, d="example.com,example.org")

    assert (202, "1", "address_limit", 10) == (
        answer.status_code,
        answer.headers["x-plausible-dropped"],
        answer.headers["x-footfall-dropped"],
        len(await waiting()),
    )


async def test_storage_that_fails_is_answered_503_and_works_again_afterwards(
    site, client, monkeypatch
):
    await send(client)

    def full(_accepted):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "insert", full)
        failed = await send(client, id="one")
    recovered = await send(client, id="one")

    assert (503, "2", 202) == (
        failed.status_code,
        failed.headers["retry-after"],
        recovered.status_code,
    )
    assert 2 == len(await waiting())


async def test_a_malformed_body_is_answered_400_with_the_reason(site, client):
    answer = await client.post("/api/event", content=b"{")

    assert (400, {"errors": {"request": ["must be JSON"]}}) == (answer.status_code, answer.json())


async def test_an_oversized_body_is_answered_413(site, client):
    answer = await client.post("/api/event", content=b"x" * 20_000)

    assert (413, ["is too large"]) == (answer.status_code, answer.json()["errors"]["request"])


async def answers_to(accepting: AcceptApp, receive) -> list[dict]:
    """What is sent for a request whose body comes from `receive`."""
    sent: list[dict] = []

    async def collect(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/event",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    await accepting(scope, receive, collect)
    return sent


async def test_a_slow_body_is_answered_408(site, client, monkeypatch):
    monkeypatch.setattr("tracking.ingest.http.BODY_SECONDS", 0.01)

    sent = await answers_to(client.accepting, asyncio.Event().wait)

    assert 408 == sent[0]["status"]


async def test_a_client_that_left_gets_no_answer(site, client):
    async def left():
        return {"type": "http.disconnect"}

    assert [] == await answers_to(client.accepting, left)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/event", "POST, OPTIONS"),
        ("PUT", "/matomo.php", "GET, POST, OPTIONS"),
        ("HEAD", "/image/example.com.gif", "GET, OPTIONS"),
        ("PUT", "/api/batch", "POST, OPTIONS"),
    ],
)
async def test_another_method_is_answered_405_with_those_that_are_allowed(
    client, method, path, allowed
):
    answer = await client.request(method, path)

    assert (405, allowed) == (answer.status_code, answer.headers["allow"])


async def test_preflight_allows_any_origin(client):
    answer = await client.options("/api/event")

    assert (204, "*", "content-type, authorization, x-umami-cache") == (
        answer.status_code,
        answer.headers["access-control-allow-origin"],
        answer.headers["access-control-allow-headers"],
    )


async def test_the_script_is_served_with_its_source_beside_it(client):
    script = await client.get("/js/script.js")
    source = await client.get("/js/script.src.js")

    assert (200, 200) == (script.status_code, source.status_code)
    assert len(script.text) < len(source.text)
    assert "/api/event" in script.text


async def test_head_of_the_script_is_answered_as_get_without_the_body(client):
    whole = await client.get("/js/script.js")
    head = await client.head("/js/script.js")

    assert (200, whole.headers, b"") == (head.status_code, head.headers, head.content)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/image/example.com.png", "/visit//visited", "/api/event/", "/counter"]
)
async def test_other_addresses_go_to_the_pages(client, path):
    assert "pages" == (await client.get(path)).text
