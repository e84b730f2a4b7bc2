"""Lines that watch what filters leave of a site."""

import json
from urllib.parse import quote

import pytest
from channels.db import database_sync_to_async

from realtime import hub, narrow, switchboard
from tests.realtime.lines import (
    Line,
    ids_of,
    make_site,
    make_user,
    session_cookie,
    store,
    store_and_announce,
)
from tests.realtime.stored import event
from tracking.models import Goal, Member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop", "quickly"),
]

MOBILE = ["is", "visit:device", ["Mobile"]]
PRICES = ["is", "event:page", ["/prices"]]


@pytest.fixture
def quickly(monkeypatch):
    monkeypatch.setattr(narrow, "NOW_SECONDS", 0)


class FilteredLine(Line):
    def __init__(self, site, cookie, *filters, cursor=None):
        super().__init__(site.domain, cookie, cursor)
        query = f"filters={quote(json.dumps(filters))}"
        if cursor is not None:
            query += f"&cursor={cursor}"
        self.scope["query_string"] = query.encode()


@database_sync_to_async
def change_goal(goal: Goal, path: str) -> None:
    """Give it another page under the same name."""
    goal.page_path = path
    goal.save()


async def watched():
    user = await make_user()
    site = await make_site(user)
    return site, await session_cookie(user)


async def test_a_filtered_line_is_told_of_visits_that_match():
    site, cookie = await watched()
    async with FilteredLine(site, cookie, MOBILE) as line:
        await line.frames("now", 1)
        await store_and_announce(
            event(site, device="Mobile"),
            event(site, device="Desktop"),
            event(site, device="Mobile"),
        )
        assert await line.visits(2) == [1, 3]


async def test_a_visit_enters_with_its_first_event_that_matches_and_then_grows():
    site, cookie = await watched()
    async with FilteredLine(site, cookie, PRICES) as line:
        await line.frames("now", 1)
        await store_and_announce(event(site))
        await store_and_announce(event(site, visit=1, path="/prices"))
        [entered] = await line.frames("visits", 1)
        await store_and_announce(event(site, visit=1, path="/end"))
        [grown] = await line.frames("visits", 1)
    assert ([1], 2) == (ids_of(entered), entered["cursor"])
    assert "2 pages" in entered["html"]
    assert ([], 3, [1]) == (ids_of(grown), grown["cursor"], [each["id"] for each in grown["grown"]])


async def test_filtered_figures_count_what_matches_and_name_everybody():
    site, cookie = await watched()
    await store(event(site, device="Mobile", path="/m"), event(site, device="Desktop"))
    async with FilteredLine(site, cookie, MOBILE) as line:
        [figures] = await line.frames("now", 1)
    assert (1, 2, 1) == (figures["online"], figures["everybody"], figures["pageviews"])
    assert "/m" in figures["panels"]


async def test_a_filtered_line_goes_on_from_its_cursor():
    site, cookie = await watched()
    await store(
        event(site, device="Mobile"),
        event(site, device="Desktop"),
        event(site, device="Mobile"),
        event(site, visit=1, device="Mobile"),
    )
    async with FilteredLine(site, cookie, MOBILE, cursor=1) as line:
        assert 1 == (await line.receive_json_from())["cursor"]
        [frame] = await line.frames("visits", 1)
    assert ([3], [1], 4) == (
        ids_of(frame),
        [each["id"] for each in frame["grown"]],
        frame["cursor"],
    )


async def test_a_filtered_line_from_before_what_is_known_is_told_to_reload(monkeypatch):
    monkeypatch.setattr(narrow.matching, "FARTHEST", 1)
    site, cookie = await watched()
    await store(event(site), event(site), event(site))
    async with FilteredLine(site, cookie, MOBILE, cursor=1) as line:
        assert {"type": "reload"} == await line.receive_json_from()


async def test_lines_that_filter_alike_share_what_is_computed_until_the_last_leaves():
    site, cookie = await watched()
    async with FilteredLine(site, cookie, MOBILE) as one:
        await one.frames("now", 1)
        async with FilteredLine(site, cookie, MOBILE) as other:
            await other.frames("now", 1)
            async with FilteredLine(site, cookie, PRICES) as third:
                await third.frames("now", 1)
                shared = switchboard.hubs()[site.pk].narrows
                assert [2, 1] == [each.users for each in shared.by_key.values()]
        assert [1] == [each.users for each in shared.by_key.values()]
    assert {} == shared.by_key


async def test_lines_that_filter_by_a_goal_before_and_after_it_was_changed_share_nothing():
    site, cookie = await watched()
    goal = await Goal.objects.acreate(site=site, page_path="/prices")
    by_goal = ["is", "event:goal", [goal.display_name]]
    async with FilteredLine(site, cookie, by_goal) as before:
        await before.frames("now", 1)
        await change_goal(goal, "/offers")
        async with FilteredLine(site, cookie, by_goal) as after:
            await after.frames("now", 1)
            await store_and_announce(event(site, path="/prices"), event(site, path="/offers"))
            assert ([1], [2]) == (await before.visits(1), await after.visits(1))


async def test_too_many_different_filters_are_sent_away(monkeypatch):
    monkeypatch.setattr(narrow, "MOST", 1)
    site, cookie = await watched()
    async with FilteredLine(site, cookie, MOBILE) as line:
        await line.frames("now", 1)
        async with FilteredLine(site, cookie, PRICES) as other:
            assert 4429 == await other.close_code()
        async with FilteredLine(site, cookie, MOBILE) as same:
            await same.frames("now", 1)


@pytest.mark.parametrize(
    "filters",
    ["{", "1", '[["is"]]', '[["is", "visit:entry_page", ["/"]]]', "[" * 9000, '["' + "x" * 20000],
    ids=["no JSON", "no list", "no filter", "nothing live", "deep", "long"],
)
async def test_filters_that_mean_nothing_close_the_line(filters):
    site, cookie = await watched()
    line = FilteredLine(site, cookie)
    line.scope["query_string"] = f"filters={quote(filters)}".encode()
    async with line:
        assert 4400 == await line.close_code()


async def test_withdrawn_access_closes_a_filtered_line(monkeypatch):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    site, cookie = await watched()
    async with FilteredLine(site, cookie, MOBILE) as line:
        await line.receive_json_from()
        await Member.objects.filter(team__sites=site).adelete()
        assert 4404 == await line.close_code()
