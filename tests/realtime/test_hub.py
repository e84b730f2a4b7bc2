"""What a hub does when the channel layer loses, repeats or reorders messages."""

import asyncio

import pytest
from channels.layers import get_channel_layer
from structlog.testing import capture_logs

from realtime import batch, feed, hub, publish, switchboard
from realtime.news import News
from tests.realtime.lines import ids_of, make_site, make_user, member_line, store
from tests.realtime.stored import event
from tracking.models import EventLog

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


def message_of(stored, before):
    news = News.of(stored[-1].id, stored, ())
    sites = {str(stored[0].site_id): news.encode()}
    return {"type": "site.news", "before": before, "last": news.last, "sites": sites}


async def messages(site, number):
    """Messages of as many visits, stored one after the other, that nobody has sent."""
    made = []
    for _ in range(number):
        stored = await store(event(site))
        made.append(message_of(stored, stored[0].id - 1))
    return made


async def deliver(*some):
    for message in some:
        await get_channel_layer().group_send(publish.GROUP, message)


@pytest.mark.parametrize(
    "order",
    [
        [0, 1, 2, 3],
        [0, 0, 1, 1, 2, 3, 2],
        [3, 2, 1, 0],
        [1, 0, 3],
        [3],
        [0, 3],
    ],
    ids=["in order", "repeated", "reversed", "swapped, one lost", "first lost", "middle lost"],
)
async def test_whatever_the_layer_does_each_visit_comes_once_and_in_order(order):
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        news = await messages(site, 4)
        await deliver(*(news[number] for number in order))
        assert await line.visits(4) == [1, 2, 3, 4]
        # What follows shows that nothing was left over.
        await deliver(*await messages(site, 1))
        assert await line.visits(1) == [5]


async def test_a_message_that_overlaps_the_head_brings_only_what_is_new():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        first = await store(event(site))
        second = await store(event(site))
        await deliver(message_of(first, 0), message_of(first + second, 0))
        assert await line.visits(2) == [1, 2]


async def test_a_gap_is_read_once_for_all_sockets(monkeypatch):
    user = await make_user()
    site = await make_site(user)
    reads = []
    read = feed.news

    def counted(site_id, cursor, upto):
        reads.append((cursor, upto))
        return read(site_id, cursor, upto)

    monkeypatch.setattr(feed, "news", counted)
    async with await member_line(site, user) as one, await member_line(site, user) as other:
        await one.frames("now", 1)
        await other.frames("now", 1)
        news = await messages(site, 2)
        await deliver(news[1])
        assert await one.visits(2) == await other.visits(2) == [1, 2]
    assert reads == [(0, 2)]


async def test_a_row_is_rendered_once_for_all_sockets(monkeypatch):
    user = await make_user()
    site = await make_site(user)
    rendered = []

    def counted(row):
        rendered.append(row.id)
        return "<article></article>"

    monkeypatch.setattr(batch, "render", counted)
    async with await member_line(site, user) as one, await member_line(site, user) as other:
        await one.frames("now", 1)
        await other.frames("now", 1)
        await deliver(*await messages(site, 1))
        await one.frames("visits", 1)
        await other.frames("visits", 1)
    assert rendered == [1]


async def test_a_visit_that_no_message_told_of_is_found_by_the_check(monkeypatch):
    monkeypatch.setattr(switchboard, "CHECK_SECONDS", 0.01)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        await store(event(site))
        assert await line.visits(1) == [1]


async def test_a_layer_that_forgot_its_groups_is_joined_again(monkeypatch):
    monkeypatch.setattr(switchboard, "CHECK_SECONDS", 0.01)
    user = await make_user()
    site = await make_site(user)
    layer = get_channel_layer()
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        layer.groups.clear()
        await store(event(site))
        await line.visits(1)
        async with asyncio.timeout(10):
            while publish.GROUP not in layer.groups:
                await asyncio.sleep(0.01)


async def test_a_layer_that_is_down_delays_a_visit_and_is_logged_once(monkeypatch):
    monkeypatch.setattr(switchboard, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(switchboard, "RETRY_SECONDS", 0.001)
    user = await make_user()
    site = await make_site(user)

    async def down(*_arguments):
        raise ConnectionError("down")

    for name in ("receive", "group_add"):
        monkeypatch.setattr(get_channel_layer(), name, down)
    with capture_logs() as logs:
        async with await member_line(site, user) as line:
            await line.frames("now", 1)
            await store(event(site))
            assert await line.visits(1) == [1]
    assert [entry["event"] for entry in logs] == ["feed_layer_failed"]


async def test_a_hub_that_cannot_start_sends_its_line_away_and_the_next_one_starts(monkeypatch):
    user = await make_user()
    site = await make_site(user)

    def unavailable():
        raise OSError("away")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(feed, "end", unavailable)
        async with await member_line(site, user) as line:
            assert await line.close_code() == 4503
    async with await member_line(site, user) as line:
        assert (await line.receive_json_from())["type"] == "hello"
    assert [entry["event"] for entry in logs] == ["line_unavailable"]


async def test_figures_that_did_not_change_are_not_sent(monkeypatch):
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        site_hub = switchboard.hubs()[site.pk]
        site_hub.now_frame = await site_hub.read_figures(anew=True)
        await site_hub.refresh()
        assert line.output_queue.empty()


async def test_a_quiet_line_is_shown_to_be_alive(monkeypatch):
    monkeypatch.setattr(hub, "KEEPALIVE_SECONDS", 0)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        await switchboard.hubs()[site.pk].refresh()
        await line.frames("alive", 1)


async def test_events_of_other_sites_move_a_cursor_nowhere():
    user = await make_user()
    site, other = await make_site(user), await make_site()
    await store(event(other), event(other))
    async with await member_line(site, user, cursor=0) as line:
        [frame] = await line.frames("visits", 1)
    assert (frame["cursor"], frame["ids"], frame["html"]) == (2, [], "")
    assert (await EventLog.objects.aget()).last_id == 2


async def test_a_hub_that_lags_behind_a_line_repeats_nothing_while_it_catches_up():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as watcher:
        await watcher.frames("now", 1)
        news = await messages(site, 3)
        async with await member_line(site, user, cursor=2) as line:
            await line.frames("now", 1)
            await deliver(*news)
            assert ids_of((await line.frames("visits", 1))[0]) == [3]


async def test_a_message_without_its_events_has_them_read_from_storage():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        stored = await store(event(site), event(site))
        await deliver({**message_of(stored, 0), "sites": {str(site.pk): b""}})
        assert await line.visits(2) == [1, 2]


async def test_a_hub_that_has_not_started_reads_nothing_back():
    user = await make_user()
    site = await make_site(user)
    await store(event(site), event(site))
    starting = hub.Hub(site.pk, asyncio.get_running_loop().create_future())

    await starting.read_back(2)

    assert ([], hub.UNREAD, 2) == (starting.opened, starting.known, starting.awaited)
    await starting.stop()


async def test_a_message_that_means_nothing_here_does_not_end_the_listening(monkeypatch):
    monkeypatch.setattr(switchboard, "RETRY_SECONDS", 0)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.frames("now", 1)
        [news] = await messages(site, 1)
        await deliver({"type": "site.unheard"}, {**news, "sites": {str(site.pk): b"{}"}}, news)
        assert await line.visits(1) == [1]
