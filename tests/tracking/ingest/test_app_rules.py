"""How the accept application comes by rules and salts, and what else it does each second."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection

from tests.factories import SiteFactory
from tests.tracking.ingest.accepting import (
    PAGEVIEW,
    PATIENCE,
    POLL_SECONDS,
    send,
    waiting,
)
from tracking.ingest import app
from tracking.ingest.refusals import StorageDown
from tracking.ingest.rules import Rules
from tracking.models import RefusalCount, Salt

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_site_counts_from_the_moment_it_is_added(site, client):
    refused = await send(client, d="example.org")
    await sync_to_async(SiteFactory)(domain="example.org")
    accepted = await send(client, d="example.org")

    assert ("unknown_site", None) == (
        refused.headers["x-footfall-dropped"],
        accepted.headers.get("x-footfall-dropped"),
    )


async def test_a_site_of_a_comma_list_counts_from_the_moment_it_is_added(site, client):
    await send(client)
    await sync_to_async(SiteFactory)(domain="example.org")

    await send(client, d="example.com,example.org")

    assert 3 == len(await waiting())


async def test_a_hit_known_by_its_other_name_reads_no_rules_again(site, client, monkeypatch):
    page = {"Host": "stats.invalid", "Referer": "https://example.com/"}
    await client.get("/count?p=/a", headers=page)
    client.accepting.poller.cancel()
    read: list[Rules] = []
    monkeypatch.setattr(app, "refreshed_or_down", read.append)

    await client.get("/count?p=/b", headers=page)

    assert ([], 2) == (read, len(await waiting()))


async def test_a_rule_that_is_changed_holds_for_the_next_hits(site, client):
    await send(client)
    site.blocked_pages = "/a"
    await sync_to_async(site.save)()
    await client.accepting.refresh()

    answer = await send(client)

    assert (202, "page", 1) == (
        answer.status_code,
        answer.headers["x-footfall-dropped"],
        len(await waiting()),
    )


async def test_many_hits_for_a_site_that_nobody_has_share_a_look(site, client, monkeypatch):
    await send(client)
    client.accepting.poller.cancel()
    looks: list[Rules] = []
    look = app.refreshed_or_down
    monkeypatch.setattr(app, "refreshed_or_down", lambda rules: looks.append(rules) or look(rules))

    answers = await asyncio.gather(*(send(client, d="unknown.example") for _ in range(20)))

    assert {"unknown_site"} == {answer.headers["x-footfall-dropped"] for answer in answers}
    assert 1 == len(looks)


def away(_rules: Rules) -> Rules:
    raise OperationalError("no such host")


async def test_rules_that_cannot_be_read_are_answered_503(site, client, monkeypatch):
    monkeypatch.setattr(app, "refreshed", away)

    assert 503 == (await send(client)).status_code


def test_rules_that_cannot_be_read_leave_no_connection_to_the_next_try(monkeypatch):
    closed: list[str] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append("connection"))
    monkeypatch.setattr(app, "refreshed", away)

    with pytest.raises(StorageDown):
        app.refreshed_or_down(Rules())

    assert ["connection"] == closed


async def test_rules_are_read_again_after_each_failure(site, client, monkeypatch):
    monkeypatch.setattr(app, "POLL_SECONDS", POLL_SECONDS)
    await send(client)
    failures = [StorageDown(), RuntimeError()]
    read = app.refreshed_or_down

    def failing(rules):
        if failures:
            raise failures.pop()
        return read(rules)

    monkeypatch.setattr(app, "refreshed_or_down", failing)
    async with asyncio.timeout(PATIENCE):
        while failures:
            await asyncio.sleep(POLL_SECONDS)
    site.blocked_pages = "/a"
    await sync_to_async(site.save)()

    async with asyncio.timeout(PATIENCE):
        while (await send(client)).headers.get("x-footfall-dropped") != "page":
            await asyncio.sleep(POLL_SECONDS)


async def test_salts_end_within_48_hours(site, client):
    for day in (4, 5, 6):
        with time_machine.travel(datetime(2026, 5, day, 0, 0, 1, tzinfo=UTC), tick=False):
            await send(client)

    assert ["2026-05-05", "2026-05-06"] == [
        str(day) async for day in Salt.objects.order_by("day").values_list("day", flat=True)
    ]


async def test_refused_hits_are_counted_though_none_is_accepted(site, client, monkeypatch):
    monkeypatch.setattr(app, "POLL_SECONDS", POLL_SECONDS)

    await client.post("/api/event", content=json.dumps(PAGEVIEW), headers={"DNT": "1"})

    async with asyncio.timeout(PATIENCE):
        while not await RefusalCount.objects.aexists():
            await asyncio.sleep(POLL_SECONDS)


async def test_a_file_of_places_that_was_renewed_is_looked_for(site, client, monkeypatch):
    looked = asyncio.Event()
    monkeypatch.setattr(client.accepting.places, "reload_if_changed", looked.set)

    await send(client)

    async with asyncio.timeout(PATIENCE):
        await looked.wait()
