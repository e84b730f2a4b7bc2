import asyncio
from urllib.parse import quote

import pytest
from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session

from realtime import feed, hub, reader, rows, switchboard
from tests.realtime import stored
from tests.realtime.lines import (
    Line,
    ids_of,
    make_site,
    make_user,
    member_line,
    seal_visits,
    session_cookie,
    store,
    store_and_announce,
)
from tests.realtime.stored import event
from tracking.models import Member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


@database_sync_to_async
def delete(queryset):
    queryset.delete()


async def test_a_stored_visit_is_pushed():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        hello = await line.receive_json_from()
        await store_and_announce(event(site, city="Leipzig", country="DE"))
        [frame] = await line.frames("visits", 1)
    assert hello == {"type": "hello", "cursor": 0, "empty": True}
    assert (frame["cursor"], frame["ids"], ids_of(frame)) == (1, [1], [1])
    assert "Leipzig, Germany" in frame["html"]


async def test_hello_says_whether_a_site_had_a_visit():
    user = await make_user()
    site = await make_site(user)
    await store(event(site))
    async with await member_line(site, user) as line:
        assert await line.receive_json_from() == {"type": "hello", "cursor": 1, "empty": False}


async def test_a_reconnected_line_gets_the_ids_of_all_it_missed_and_the_rows_of_the_newest(
    monkeypatch,
):
    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    user = await make_user()
    site = await make_site(user)
    await store(*(event(site) for _ in range(6)))
    async with await member_line(site, user, cursor=1) as line:
        hello = await line.receive_json_from()
        [frame] = await line.frames("visits", 1)
    assert hello["cursor"] == 1
    assert (6, [2, 3, 4, 5, 6], [5, 6]) == (frame["cursor"], frame["ids"], ids_of(frame))


async def test_lines_that_come_back_at_once_share_what_they_missed(monkeypatch):
    user = await make_user()
    site = await make_site(user)
    await store(event(site), event(site))
    asked = []
    read = feed.ids

    def noted(*arguments):
        asked.append(arguments)
        return read(*arguments)

    monkeypatch.setattr(feed, "ids", noted)
    lines = [await member_line(site, user, cursor=1) for _ in range(5)]
    async with await member_line(site, user) as watcher:
        await watcher.frames("now", 1)
        await asyncio.gather(*(line.connect() for line in lines))
        found = [await line.visits(1) for line in lines]
        await asyncio.gather(*(line.disconnect() for line in lines))
    assert ([[2]] * 5, [(site.pk, 1, 2)]) == (found, asked)


async def test_what_is_stored_while_a_line_catches_up_comes_once(monkeypatch):
    user = await make_user()
    site = await make_site(user)
    await store(event(site), event(site))
    read = feed.ids

    def read_then_store(*arguments):
        answer = read(*arguments)
        monkeypatch.setattr(feed, "ids", read)
        stored.store_and_announce(event(site))
        return answer

    async with await member_line(site, user) as watcher:
        await watcher.frames("now", 1)
        monkeypatch.setattr(feed, "ids", read_then_store)
        async with await member_line(site, user, cursor=0) as line:
            assert await line.visits(3) == [1, 2, 3]
            await store_and_announce(event(site))
            assert await line.visits(1) == [4]


async def test_a_line_ahead_of_its_hub_gets_only_what_it_does_not_know():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as watcher:
        await watcher.receive_json_from()
        # The hub has not heard of these: nobody announced them.
        await store(event(site), event(site))
        async with await member_line(site, user, cursor=1) as line:
            await line.frames("now", 1)
            await store_and_announce(event(site))
            assert await line.visits(2) == [2, 3]
        assert await watcher.visits(3) == [1, 2, 3]


@pytest.mark.parametrize("cursor", [99, 0], ids=["above the highest id", "older than what is kept"])
async def test_a_lost_cursor_is_told_to_reload(cursor):
    user = await make_user()
    site = await make_site(user)
    await store(event(site), event(site), event(site))
    await seal_visits(site, 1)
    async with await member_line(site, user, cursor) as line:
        assert await line.receive_json_from() == {"type": "reload"}
        assert await line.close_code() == 4408


async def test_figures_are_sent_on_joining_and_when_they_change(monkeypatch):
    monkeypatch.setattr(hub, "NOW_SECONDS", 0)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        [first] = await line.frames("now", 1)
        await store_and_announce(event(site, path="/beans"), event(site, path="/beans"))
        [second] = await line.frames("now", 1)
    assert (first["online"], first["pageviews"], first["minutes"]) == (0, 0, [0] * 30)
    assert (second["online"], second["pageviews"], len(second["minutes"])) == (2, 2, 30)
    assert "/beans" in second["panels"]


async def test_hostile_text_arrives_escaped():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.receive_json_from()
        await store_and_announce(event(site, path="<script>alert(1)</script>", source="<b>"))
        [frame] = await line.frames("visits", 1)
    assert "<script>" not in frame["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in frame["html"]


async def test_a_message_of_another_site_is_never_seen():
    user = await make_user()
    mine, other = await make_site(user), await make_site()
    async with await member_line(mine, user) as line:
        await line.receive_json_from()
        await store_and_announce(event(other), event(mine))
        assert await line.visits(1) == [2]


async def test_an_outsider_is_closed_as_for_a_site_nobody_has():
    user = await make_user()
    site = await make_site()
    cookie = await session_cookie(user)
    for domain in (site.domain, "nobody.example"):
        async with Line(domain, cookie) as line:
            assert await line.close_code() == 4404


async def test_somebody_not_signed_in_is_closed():
    site = await make_site()
    async with Line(site.domain) as line:
        assert await line.close_code() == 4401


async def test_a_page_of_another_origin_gets_no_line():
    user = await make_user()
    site = await make_site(user)
    line = Line(site.domain, await session_cookie(user), origin="https://evil.example")
    assert await line.connect() == (False, 1000)


async def test_an_unknown_address_is_closed():
    line = Line("a.example")
    line.scope["path"] = "/ws/anything"
    async with line:
        assert await line.close_code() == 4404


async def test_withdrawn_access_closes_the_line_of_that_person_alone(monkeypatch):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    stays, goes = await make_user(), await make_user()
    site = await make_site(stays, goes)
    async with await member_line(site, stays) as kept, await member_line(site, goes) as line:
        await kept.receive_json_from()
        await delete(Member.objects.filter(user=goes))
        assert await line.close_code() == 4404
        await store_and_announce(event(site))
        assert await kept.visits(1) == [1]


async def test_signing_out_closes_the_line(monkeypatch):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    user = await make_user()
    site = await make_site(user)
    cookie = await session_cookie(user)
    async with Line(site.domain, cookie) as line:
        await line.receive_json_from()
        await delete(Session.objects.filter(pk=cookie))
        assert await line.close_code() == 4401


async def test_a_changed_password_closes_the_line(monkeypatch):
    monkeypatch.setattr(hub, "TICKET_SECONDS", 0.01)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.receive_json_from()
        user.set_password("another")
        await user.asave()
        assert await line.close_code() == 4401


async def test_a_reader_that_acknowledges_nothing_is_sent_back_to_its_cursor(monkeypatch):
    monkeypatch.setattr(reader.Reader, "most_unacknowledged", 20)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as slow, await member_line(site, user) as quick:
        for number in range(1, 31):
            await store_and_announce(event(site))
            assert await quick.visits(1) == [number]
            await quick.ack(number)
        assert await slow.close_code() == 4408
        assert quick.output_queue.empty()


async def test_a_line_that_cannot_be_written_to_is_closed(monkeypatch):
    async def fail(_reader: reader.Reader) -> None:
        raise ValueError("the frame is too large")

    monkeypatch.setattr(reader.Reader, "write", fail)
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        assert await line.close_code() == 4503


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[" * 250,
        "[]",
        "{}",
        '{"type": "ack"}',
        '{"type": "ack", "cursor": "1"}',
        '{"type": "ack", "cursor": true}',
        '{"type": "ack", "cursor": -1}',
        '{"type": "ack", "cursor": 1e999}',
        '{"type": "ack", "cursor": 9223372036854775808}',
        '{"type": "ack", "cursor": 1, "more": "' + "x" * 256 + '"}',
    ],
)
async def test_a_malformed_frame_closes_the_line(text):
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.send_input({"type": "websocket.receive", "text": text})
        assert await line.close_code() == 4400


async def test_a_binary_frame_closes_the_line():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.send_to(bytes_data=b"\x00")
        assert await line.close_code() == 4400


@pytest.mark.parametrize("cursor", ["", "-1", "x", "1.5", "٣", "9223372036854775808", "9" * 5000])
async def test_a_malformed_cursor_closes_the_line(cursor):
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user, quote(cursor)) as line:
        assert await line.close_code() == 4400


async def test_the_last_line_to_leave_ends_the_hub():
    user = await make_user()
    site = await make_site(user)
    async with await member_line(site, user) as line:
        await line.receive_json_from()
        assert list(switchboard.hubs()) == [site.pk]
    assert list(switchboard.hubs()) == []


async def test_lines_of_a_site_share_one_hub_even_if_they_join_at_once():
    user = await make_user()
    site = await make_site(user)
    lines = [await member_line(site, user) for _ in range(5)]
    await asyncio.gather(*(line.connect() for line in lines))
    for line in lines:
        await line.frames("now", 1)
    assert len(switchboard.hubs()[site.pk].sockets) == 5
    await asyncio.gather(*(line.disconnect() for line in lines))
