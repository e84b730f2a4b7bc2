import asyncio

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from realtime.out import consumer, events, streams
from tests.factories import SiteFactory
from tests.realtime import stored
from tests.realtime.lines import make_site, make_user, seal_visits, store, store_and_announce
from tests.realtime.out.programs import Program, make_key
from tests.realtime.stored import event
from tracking.models import ApiKey, Member, Site

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


async def site_and_key(scopes: list[str] | None = None) -> tuple[Site, str]:
    user = await make_user()
    site = await make_site(user)
    _, key = await (make_key(user, scopes) if scopes is not None else make_key(user))
    return site, key


async def test_stored_visit_is_told():
    site, key = await site_and_key()
    async with Program(site.domain, key) as program:
        hello = await program.receive_json_from()
        await store_and_announce(event(site, city="Leipzig"))
        frame = await program.receive_json_from()

    assert {"type": "hello", "cursor": "0"} == hello
    assert ("events", "1") == (frame["type"], frame["cursor"])
    assert [("1-0", "visit", "Leipzig")] == [
        (each["id"], each["type"], each["city"]) for each in frame["events"]
    ]


async def test_program_goes_on_from_its_cursor_in_parts(monkeypatch):
    monkeypatch.setattr(events, "CHUNK", 2)
    site, key = await site_and_key()
    await store(*(event(site) for _ in range(6)))
    async with Program(site.domain, key, "cursor=1-0") as program:
        assert ["2-0", "3-0", "4-0", "5-0", "6-0"] == await program.ids(5)


async def test_what_is_stored_while_a_program_catches_up_comes_once(monkeypatch):
    site, key = await site_and_key()
    await store(event(site), event(site))
    read = events.after

    def read_then_store(*arguments):
        answer = read(*arguments)
        monkeypatch.setattr(events, "after", read)
        stored.store_and_announce(event(site))
        return answer

    monkeypatch.setattr(events, "after", read_then_store)
    async with Program(site.domain, key, "cursor=0") as program:
        assert ["1-0", "2-0", "3-0"] == await program.ids(3)
        await store_and_announce(event(site))
        assert ["4-0"] == await program.ids(1)


async def test_program_ahead_of_its_stream_gets_only_what_it_does_not_know():
    site, key = await site_and_key()
    async with Program(site.domain, key) as watcher:
        await watcher.receive_json_from()
        # The stream has not heard of these: nobody announced them.
        await store(event(site), event(site))
        async with Program(site.domain, key, "cursor=1-0") as program:
            await program.receive_json_from()
            await store_and_announce(event(site))
            assert ["2-0", "3-0"] == await program.ids(2)
        assert ["1-0", "2-0", "3-0"] == await watcher.ids(3)


async def test_event_whose_message_was_lost_comes_by_itself(monkeypatch):
    monkeypatch.setattr(streams, "CHECK_SECONDS", 0.05)
    site, key = await site_and_key()
    async with Program(site.domain, key) as program:
        await program.receive_json_from()
        await store(event(site))
        assert ["1-0"] == await program.ids(1)


async def test_only_the_types_that_were_asked_for_are_told():
    site, key = await site_and_key()
    async with Program(site.domain, key, "types=goal,threshold&cursor=0") as program:
        await program.receive_json_from()
        await store_and_announce(event(site))
        assert await program.receive_nothing(0.3)


async def test_quiet_line_tells_how_far_it_is(monkeypatch):
    monkeypatch.setattr(consumer, "KEEP_SECONDS", 0.05)
    site, key = await site_and_key()
    await store(event(site))
    async with Program(site.domain, key) as program:
        await program.receive_json_from()
        assert {"type": "cursor", "cursor": "1"} == await program.receive_json_from()


async def test_key_may_come_in_the_first_frame():
    site, key = await site_and_key()
    async with Program(site.domain) as program:
        await program.send_json_to({"type": "auth", "key": key})
        assert {"type": "hello", "cursor": "0"} == await program.receive_json_from()


async def test_key_that_is_no_text_of_a_key_is_refused():
    site, _ = await site_and_key()
    async with Program(site.domain) as program:
        await program.send_json_to({"type": "auth", "key": "\ud800"})
        assert 4401 == (await program.receive_output())["code"]


async def test_acknowledgements_keep_a_line_open(monkeypatch):
    monkeypatch.setattr(consumer.EventsConsumer, "most_unacknowledged", 3)
    site, key = await site_and_key()
    async with Program(site.domain, key) as program:
        await program.receive_json_from()
        for number in range(1, 8):
            await store_and_announce(event(site))
            assert [f"{number}-0"] == await program.ids(1)
            await program.send_json_to({"type": "ack", "cursor": str(number)})


async def test_reader_that_does_not_keep_up_is_closed(monkeypatch):
    monkeypatch.setattr(consumer.EventsConsumer, "most_unacknowledged", 3)
    monkeypatch.setattr(events, "CHUNK", 1)
    site, key = await site_and_key()
    await store(*(event(site) for _ in range(6)))
    async with Program(site.domain, key, "cursor=0") as program:
        assert 4408 == await program.close_code()


@pytest.mark.parametrize("cursor", ["9", "0"], ids=["above the highest id", "before the sealed"])
async def test_lost_cursor_is_said(cursor):
    site, key = await site_and_key()
    await store(event(site), event(site), event(site))
    await seal_visits(site, 1)
    async with Program(site.domain, key, f"cursor={cursor}") as program:
        assert {"type": "lost"} == await program.receive_json_from()
        assert 4410 == await program.close_code()


@pytest.mark.parametrize("query", ["cursor=x", "types=visit,money", "types="])
async def test_malformed_question_is_refused(query):
    site, key = await site_and_key()
    async with Program(site.domain, key, query) as program:
        assert 4400 == await program.close_code()


@pytest.mark.parametrize(
    "frame", [{"type": "ack", "cursor": "x"}, {"type": "ack"}, {"type": "x"}, [], "x" * 300]
)
async def test_malformed_frame_ends_a_line(frame):
    site, key = await site_and_key()
    async with Program(site.domain, key) as program:
        await program.send_json_to(frame)
        assert 4400 == await program.close_code()


async def test_wrong_key_is_refused():
    site, _ = await site_and_key()
    async with Program(site.domain, "ff_wrong") as program:
        assert 4401 == await program.close_code()


@pytest.mark.parametrize("key", ["ff_wrong", "", None, 7])
async def test_wrong_key_in_the_first_frame_is_refused(key):
    site, _ = await site_and_key()
    async with Program(site.domain) as program:
        await program.send_json_to({"type": "auth", "key": key})
        assert 4401 == await program.close_code()


async def test_key_for_another_site_is_told_the_same_as_of_one_that_nobody_has():
    user = await make_user()
    site, other = await make_site(user), await make_site(user)
    key = (await database_sync_to_async(ApiKey.issue)(user, site=other))[1]
    async with Program(site.domain, key) as program:
        assert 4404 == await program.close_code()


async def test_expired_key_is_refused():
    user = await make_user()
    site = await make_site(user)
    key = (await database_sync_to_async(ApiKey.issue)(user, expires_at=timezone.now()))[1]
    async with Program(site.domain, key) as program:
        assert 4401 == await program.close_code()


async def test_line_on_which_no_key_comes_is_closed(monkeypatch):
    monkeypatch.setattr(consumer, "AUTH_SECONDS", 0.05)
    site, _ = await site_and_key()
    async with Program(site.domain) as program:
        assert 4401 == await program.close_code()


async def test_key_that_may_not_read_figures_is_refused():
    site, key = await site_and_key(["sites:read"])
    async with Program(site.domain, key) as program:
        assert 4401 == await program.close_code()


@pytest.mark.parametrize("domain", ["of-another.example", "nobodys.example"])
async def test_outsider_is_told_the_same_of_every_site(domain):
    _, key = await site_and_key()
    await database_sync_to_async(SiteFactory)(domain="of-another.example")
    async with Program(domain, key) as program:
        assert 4404 == await program.close_code()


@pytest.mark.parametrize("what", ["key", "expiry", "scope", "membership", "account"])
async def test_line_ends_when_its_right_does(monkeypatch, what):
    monkeypatch.setattr(streams, "TICKET_SECONDS", 0.05)
    user = await make_user()
    site = await make_site(user)
    row, key = await make_key(user)

    @database_sync_to_async
    def withdraw() -> None:
        if what == "key":
            row.delete()
        elif what == "expiry":
            row.expires_at = timezone.now()
            row.save()
        elif what == "scope":
            row.scopes = ["sites:read"]
            row.save()
        elif what == "membership":
            Member.objects.all().delete()
        else:
            user.is_active = False
            user.save()

    async with Program(site.domain, key) as program:
        await program.receive_json_from()
        await withdraw()
        assert (4404 if what == "membership" else 4401) == await program.close_code()


async def test_key_has_a_bounded_number_of_lines(monkeypatch):
    monkeypatch.setattr(consumer, "MOST_LINES", 1)
    site, key = await site_and_key()
    async with Program(site.domain, key) as first:
        await first.receive_json_from()
        async with Program(site.domain, key) as second:
            assert 4503 == await second.close_code()
    async with Program(site.domain, key) as third:
        await third.receive_json_from()


async def test_hostile_text_stays_a_text():
    site, key = await site_and_key()
    hostile = '</script>"},{"id":"9"}\r\nid: 99\r\n\r\n'
    async with Program(site.domain, key) as program:
        await program.receive_json_from()
        await store_and_announce(event(site, title=hostile))
        frame = await program.receive_json_from()

    assert [hostile] == [each["title"] for each in frame["events"]]


async def test_lines_of_one_site_read_storage_once(monkeypatch):
    site, key = await site_and_key()
    read = events.after
    reads = []

    def counted(*arguments):
        reads.append(arguments)
        return read(*arguments)

    monkeypatch.setattr(events, "after", counted)
    async with Program(site.domain, key) as one, Program(site.domain, key) as two:
        await asyncio.gather(one.receive_json_from(), two.receive_json_from())
        await store_and_announce(event(site))
        assert [["1-0"], ["1-0"]] == await asyncio.gather(one.ids(1), two.ids(1))
    assert 1 == len(reads)
