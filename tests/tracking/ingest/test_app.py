"""The road of a hit from the wire to the inbox, over ASGI."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async

from tests.factories import SeatFactory, SiteFactory
from tests.server import CHROME
from tests.tracking.ingest.accepting import (
    PAGEVIEW,
    send,
    waiting,
)
from tracking.ingest import inbox, one_address
from tracking.models import ApiKey, LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_hit_is_committed_before_it_is_answered(site, client):
    answer = await send(client, r="https://www.google.com/")

    [hit] = await waiting()
    assert (202, "ok", "*") == (
        answer.status_code,
        answer.text,
        answer.headers["access-control-allow-origin"],
    )
    assert ("pageview", "https://example.com/a", "https://www.google.com/", "DE", CHROME) == (
        hit["name"],
        hit["url"],
        hit["referrer"],
        hit["country"],
        hit["user_agent"],
    )
    assert [1] == client.asked


async def test_a_hit_keeps_no_address(site, client):
    await send(client)

    assert "91.0.0.7" not in json.dumps(await waiting())


async def test_hits_that_arrive_together_share_commits(site, client, monkeypatch):
    groups: list[int] = []
    commit = inbox.commit

    def counting(accepted, refused):
        groups.append(len(accepted))
        commit(accepted, refused)

    monkeypatch.setattr(inbox, "commit", counting)

    await asyncio.gather(*(send(client) for _ in range(50)))

    assert (50, 50) == (sum(groups), len(await waiting()))
    assert len(groups) < 10


async def test_a_hit_with_an_id_is_counted_once_however_often_it_is_sent(site, client):
    await asyncio.gather(*(send(client, id="one") for _ in range(5)))
    again = await send(client, id="one")
    await send(client, id="two")

    assert (202, 2) == (again.status_code, len(await waiting()))
    assert 2 == await LedgerEntry.objects.acount()


async def test_a_request_that_a_trusted_proxy_names_counts_once(site, client):
    name = {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
    for _ in range(2):
        await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=name)

    assert 1 == len(await waiting())


async def test_a_request_that_a_stranger_names_counts_each_time(site, client):
    client._transport.client = ("91.0.0.7", 5000)
    name = {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
    for _ in range(2):
        await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=name)

    assert 2 == len(await waiting())


async def test_hits_without_an_id_each_count(site, client):
    await send(client)
    await send(client)

    assert 2 == len(await waiting())


async def test_an_id_counts_once_for_each_site_of_a_comma_list(site, client):
    await sync_to_async(SiteFactory)(domain="example.org")

    await send(client, d="example.com,example.org", id="one")
    await send(client, d="example.com,example.org", id="one")

    assert 2 == len(await waiting())


async def test_agent_and_language_are_cut(site, client):
    long = {"User-Agent": f"{CHROME} {'x' * 600}", "Accept-Language": "de, " * 100}
    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers=long)

    [hit] = await waiting()
    assert (long["User-Agent"][:512], long["Accept-Language"][:100]) == (
        hit["user_agent"],
        hit["language"],
    )


async def test_a_key_in_the_request_lets_the_hit_say_when_it_happened(site, client):
    owner = (await sync_to_async(SeatFactory)(site=site)).user
    _, key = await sync_to_async(ApiKey.issue)(owner)
    body = json.dumps(PAGEVIEW | {"timestamp": "2026-05-05T12:00:00Z"})

    await client.post("/api/event", content=body, headers={"Authorization": f"bearer {key}"})

    assert [1777982400000] == [hit["time_ms"] for hit in await waiting()]


async def test_all_hits_from_one_address_are_warned_of(site, client, monkeypatch, caplog):
    monkeypatch.setattr(one_address, "HITS", 2)

    await send(client)
    await send(client)

    assert any("all_hits_from_one_address" in record.getMessage() for record in caplog.records)


async def test_a_visitor_is_known_under_yesterdays_salt_after_midnight(site, client):
    midnight = datetime(2026, 5, 5, tzinfo=UTC)
    with time_machine.travel(midnight - timedelta(minutes=5), tick=False):
        await send(client)
    with time_machine.travel(midnight + timedelta(minutes=5), tick=False):
        await send(client)

    before, after = await waiting()
    assert (before["visitor"], True) == (
        after["visitor_before"],
        after["visitor"] != before["visitor"],
    )
