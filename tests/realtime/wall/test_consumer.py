"""The line of a wall: all sites of a person, or of a link's owner, and nobody else's."""

from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.utils import timezone

from realtime import hub, switchboard
from realtime.wall import consumer, sites
from tests.factories import SeatFactory, SiteFactory
from tests.realtime.lines import Line, make_site, make_user, session_cookie, store_and_announce
from tests.realtime.stored import event
from tracking.models import Member, SitePlace, WallLink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


class WallLine(Line):
    """A wall's line, of the person with the cookie or of a link's token."""

    def address(self, name: str) -> str:
        return f"/ws/wall/{name}" if name else "/ws/wall"

    async def listed(self) -> list[str]:
        """The domains that it says next."""
        [frame] = await self.frames("sites", 1)
        return [site["domain"] for site in frame["sites"]]

    async def tile(self, site) -> dict:
        """What it shows next of a site."""
        while True:
            [frame] = await self.frames("tiles", 1)
            for tile in frame["tiles"]:
                if tile["id"] == site.pk:
                    return tile


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(consumer, "SHOW_SECONDS", 0)
    monkeypatch.setattr(hub, "NOW_SECONDS", 0)


async def wall_of(user) -> WallLine:
    return WallLine("", await session_cookie(user))


@database_sync_to_async
def make_link(user, *chosen, **fields):
    link = WallLink.objects.create(owner=user, name="Lobby", all_sites=not chosen, **fields)
    link.sites.set(chosen)
    return link


@database_sync_to_async
def place(site, **fields):
    SitePlace.objects.create(site=site, user=site.team.members.get().user, **fields)


@database_sync_to_async
def delete(queryset):
    queryset.delete()


async def test_one_line_shows_all_sites_of_a_person_in_their_order():
    user = await make_user()
    first, second, third = [await make_site(user) for _ in range(3)]
    await make_site(await make_user())
    await place(third, position=1)
    await place(second, pinned=True)
    async with await wall_of(user) as line:
        hello = await line.receive_json_from()
        assert {"type": "hello", "cursor": 0, "script": "/static/js/wall.js"} == hello
        assert [second.domain, third.domain, first.domain] == await line.listed()


async def test_a_tile_shows_who_is_online_what_was_viewed_and_the_latest_visit():
    user = await make_user()
    site = await make_site(user)
    async with await wall_of(user) as line:
        before = await line.tile(site)
        [stored] = await store_and_announce(
            event(site, path="/pricing", city="Berlin", country="DE", source="Google")
        )
        after = await line.tile(site)
        while not after["online"]:
            after = await line.tile(site)
    assert (0, 0, "", None) == (
        before["online"],
        before["pageviews"],
        before["page"],
        before["visit"],
    )
    assert {
        "id": site.pk,
        "online": 1,
        "minutes": [*[0] * 29, 1],
        "pageviews": 1,
        "page": "/pricing",
        "visit": {
            "time": stored.time.isoformat(),
            "flag": "/static/flags/de.svg",
            "place": "Berlin",
            "path": "/pricing",
            "source": "Google",
        },
    } == after


async def test_two_walls_and_a_feed_share_one_hub_and_leave_none():
    user = await make_user()
    site = await make_site(user)
    cookie = await session_cookie(user)
    async with Line(site.domain, cookie) as feed:
        await feed.frames("now", 1)
        async with WallLine("", cookie) as one:
            await one.tile(site)
            async with WallLine("", cookie) as two:
                await two.tile(site)
                [shared] = switchboard.hubs().values()
                assert (3, 2) == (shared.users, len(shared.sockets))
            await store_and_announce(event(site, path="/after"))
            assert "/after" == (await one.tile(site))["visit"]["path"]
        assert (1, 1) == (shared.users, len(shared.sockets))


async def test_a_new_site_comes_and_one_withdrawn_goes(monkeypatch):
    monkeypatch.setattr(consumer, "SITES_SECONDS", 0.01)
    user = await make_user()
    first = await make_site(user)
    async with await wall_of(user) as line:
        assert [first.domain] == await line.listed()
        second = await make_site(user)
        assert {first.domain, second.domain} == set(await line.listed())
        assert second.pk == (await line.tile(second))["id"]
        await delete(Member.objects.filter(team__sites=first))
        assert [second.domain] == await line.listed()
        await line.frames("alive", 1)
        assert [second.pk] == list(switchboard.hubs())


async def test_a_wall_says_how_many_sites_it_leaves_out(monkeypatch):
    monkeypatch.setattr(sites, "MOST", 2)
    user = await make_user()
    for _ in range(3):
        await make_site(user)
    async with await wall_of(user) as line:
        [frame] = await line.frames("sites", 1)
    assert (2, 1) == (len(frame["sites"]), frame["left_out"])


async def test_nobody_signed_in_is_refused():
    async with WallLine("") as line:
        assert 4401 == await line.close_code()


async def test_a_session_that_ends_closes_the_wall(monkeypatch):
    monkeypatch.setattr(consumer, "SITES_SECONDS", 0.01)
    user = await make_user()
    async with await wall_of(user) as line:
        await line.listed()
        await delete(Session.objects.all())
        assert 4401 == await line.close_code()


async def test_a_link_shows_its_owner_s_sites_to_whoever_has_it():
    user = await make_user()
    site = await make_site(user)
    link = await make_link(user)
    async with WallLine(link.token) as line:
        assert [site.domain] == await line.listed()
        assert site.pk == (await line.tile(site))["id"]


async def test_a_link_shows_the_chosen_sites_alone_and_none_once_they_are_gone(monkeypatch):
    monkeypatch.setattr(consumer, "SITES_SECONDS", 0.01)
    user = await make_user()
    chosen, other = await make_site(user), await make_site(user)
    link = await make_link(user, chosen)
    async with WallLine(link.token) as line:
        assert [chosen.domain] == await line.listed()
        await database_sync_to_async(chosen.delete)()
        assert [] == await line.listed()
    assert other.domain


async def test_a_link_shows_no_site_that_its_owner_may_not_see_any_more():
    user = await make_user()
    kept, lost = await make_site(user), await make_site(user)
    link = await make_link(user, kept, lost)
    await delete(Member.objects.filter(team__sites=lost))
    async with WallLine(link.token) as line:
        assert [kept.domain] == await line.listed()


@pytest.mark.parametrize(
    "ending",
    [
        lambda link: link.delete(),
        lambda link: WallLink.objects.update(expires_at=timezone.now()),
        lambda link: type(link.owner).objects.update(is_active=False),
        lambda link: link.owner.delete(),
    ],
    ids=["revoked", "expired", "owner switched off", "owner gone"],
)
async def test_a_link_that_ends_closes_its_walls(monkeypatch, ending):
    monkeypatch.setattr(consumer, "SITES_SECONDS", 0.01)
    user = await make_user()
    await make_site(user)
    link = await make_link(user, expires_at=timezone.now() + timedelta(days=1))
    async with WallLine(link.token) as line:
        await line.listed()
        await database_sync_to_async(ending)(link)
        assert 4404 == await line.close_code()


@pytest.mark.parametrize("token", ["nobody-has-this", "%00", "a" * 500])
async def test_a_link_that_nobody_made_is_refused(token):
    async with WallLine(token) as line:
        assert 4404 == await line.close_code()


async def test_a_reader_who_does_not_acknowledge_gets_the_latest_state_afterwards(monkeypatch):
    monkeypatch.setattr(consumer, "MOST_UNDER_WAY", 4)
    user = await make_user()
    site = await make_site(user)
    async with await wall_of(user) as line:
        tile = await line.tile(site)
        for number in range(8):
            await store_and_announce(event(site, path=f"/{number}"))
            while len(line_of(site).unacknowledged) < 4 and not shown(site, f"/{number}"):
                await database_sync_to_async(lambda: None)()
        assert 4 == len(line_of(site).unacknowledged)
        await line.ack(99)
        while (tile["visit"] or {}).get("path") != "/7":
            tile = await line.tile(site)


def line_of(site):
    """The server's end of the only wall."""
    [tile] = switchboard.hubs()[site.pk].sockets
    [line] = tile.walls
    return line


def shown(site, path: str) -> bool:
    [tile] = switchboard.hubs()[site.pk].sockets
    return path in tile.text


@database_sync_to_async
def many_sites(user, number):
    for _ in range(number):
        SeatFactory(site=SiteFactory(), user=user)


async def test_what_happens_on_several_sites_at_once_goes_out_in_one_frame(monkeypatch):
    user = await make_user()
    await many_sites(user, 5)
    async with await wall_of(user) as line:
        ids = set()
        while len(ids) < 5:
            [frame] = await line.frames("tiles", 1)
            ids |= {tile["id"] for tile in frame["tiles"]}
        assert ids == set(switchboard.hubs())
