"""The line of whoever has a link to a report."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.test import Client
from django.utils import timezone

from realtime import hub, room, switchboard
from realtime.room.telling import Did, What
from tests.realtime.lines import Line, make_site, make_user, store_and_announce
from tests.realtime.stored import event
from tracking.models import SharedLink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


class SharedLine(Line):
    """The line of a link, by its token or its public domain."""

    def address(self, name: str) -> str:
        return f"/ws/share/{name}/feed"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(hub, "NOW_SECONDS", 0)


@database_sync_to_async
def make_link(site, password="", **fields):
    link = SharedLink(site=site, name="Press", **fields)
    link.set_password(password)
    link.save()
    return link


async def a_site():
    return await make_site(await make_user())


async def test_a_link_is_told_that_something_happened_and_how_many_are_online():
    site = await a_site()
    link = await make_link(site)
    async with SharedLine(link.token) as line:
        assert {"type": "hello", "cursor": 0} == await line.receive_json_from()
        await store_and_announce(event(site, path="/secret", city="Berlin"))
        frame = {}
        while frame.get("online") != 1:
            [frame] = await line.frames("news", 1)
    assert {"type": "news", "cursor": frame["cursor"], "online": 1} == frame


async def test_a_link_is_told_of_notes_without_anybody_s_name_and_not_of_settings():
    site = await a_site()
    link = await make_link(site)
    tell = database_sync_to_async(room.tell)
    async with SharedLine(link.token) as line:
        await line.receive_json_from()
        while not [each for each in switchboard.hubs()[site.pk].room.listeners if each.heard >= 0]:
            await sync_to_async(lambda: None)()
        await tell(site, Did.CHANGED, What.SETTINGS, by=None)
        await tell(site, Did.ADDED, What.NOTE, "Release", by=None)
        [frame] = await line.frames("news", 1)
    assert {"type": "news", "cursor": 1, "online": 0} == frame


async def test_a_public_report_has_a_line_by_its_domain():
    site = await a_site()
    await make_link(site, is_public=True)
    async with SharedLine(site.domain) as line:
        assert "hello" == (await line.receive_json_from())["type"]


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"password": "sesame"},
        {"filters": [["is", "visit:country", ["DE"]]]},
    ],
    ids=["expired", "password not given", "filtered"],
)
async def test_a_link_without_a_line_is_refused(fields):
    link = await make_link(await a_site(), **fields)
    async with SharedLine(link.token) as line:
        assert 4404 == await line.close_code()


@pytest.mark.parametrize("token", ["nobody-has-this", "%00"])
async def test_a_link_that_nobody_made_is_refused(token):
    async with SharedLine(token) as line:
        assert 4404 == await line.close_code()


async def test_whoever_gave_the_password_has_a_line_until_it_is_changed(monkeypatch):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    link = await make_link(await a_site(), password="sesame")
    async with SharedLine(link.token, await opened(link, "sesame")) as line:
        assert "hello" == (await line.receive_json_from())["type"]
        await change_password(link)
        assert 4404 == await line.close_code()


@database_sync_to_async
def opened(link, password) -> str:
    """The cookie of a browser in which the password was given."""
    client = Client()
    client.post(f"/share/{link.token}/password", {"password": password})
    return client.cookies["sessionid"].value


@database_sync_to_async
def change_password(link):
    link.set_password("another")
    link.save()


@pytest.mark.parametrize(
    "ending",
    [
        lambda link: link.delete(),
        lambda link: SharedLink.objects.update(expires_at=timezone.now()),
    ],
    ids=["revoked", "expired"],
)
async def test_a_link_that_ends_closes_its_lines(monkeypatch, ending):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    link = await make_link(await a_site())
    async with SharedLine(link.token) as line:
        await line.receive_json_from()
        await database_sync_to_async(ending)(link)
        assert 4404 == await line.close_code()
