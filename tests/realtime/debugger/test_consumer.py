import re

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session

from realtime import reader
from realtime.debugger import consumer, watch
from realtime.debugger.hits import MOST
from realtime.debugger.publish import message
from tests.factories import Seat, SeatFactory, SiteFactory
from tests.realtime.debugger import traces
from tests.realtime.debugger.traces import accepted, refused
from tests.realtime.lines import Line, make_user, session_cookie
from tracking.models import Member, Role, Watch

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]

# From another thread, as a drain does.
announce = sync_to_async(traces.announce, thread_sensitive=False)


class DebuggerLine(Line):
    def __init__(self, domain: str, cookie: str = "") -> None:
        super().__init__(domain, cookie)
        self.scope["path"] = f"/ws/sites/{domain}/debugger"


@database_sync_to_async
def make_member(role: str = Role.OWNER):
    return SeatFactory(site=SiteFactory(), role=role)


@database_sync_to_async
def delete(queryset):
    queryset.delete()


@database_sync_to_async
def watched() -> list[int]:
    return list(Watch.objects.values_list("site_id", flat=True))


async def line_of(seat: Seat) -> DebuggerLine:
    return DebuggerLine(seat.site.domain, await session_cookie(seat.user))


def pages(frame: dict) -> list[str]:
    return re.findall(r'class="hit-page clip"[^>]*>([^<]*)<', frame["html"])


async def test_line_says_hello_and_has_the_site_watched():
    member = await make_member()

    async with await line_of(member) as line:
        assert {"type": "hello", "cursor": 0} == await line.receive_json_from()
        assert [member.site.pk] == await watched()


async def test_hits_come_newest_first_with_verdict_and_reason():
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()

        await announce(accepted(member.site.pk, "/one"), refused(member.site.pk, "bot", "/two"))

        [frame] = await line.frames("hits", 1)
    assert (1, 0, ["/two", "/one"]) == (frame["cursor"], frame["skipped"], pages(frame))
    assert ["dropped", "accepted"] == re.findall(r'data-verdict="(\w+)"', frame["html"])


async def test_hits_that_come_before_the_last_were_shown_are_counted_instead():
    line = consumer.DebuggerConsumer()

    for path in ("/one", "/two", "/three"):
        line.take(message([accepted(1, path)] * MOST))

    assert (2 * MOST, ["/three"] * MOST) == (line.skipped, [hit["page"] for hit in line.waiting])


async def test_frame_says_how_many_hits_it_does_not_show():
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()

        await announce(*[accepted(member.site.pk)] * (MOST + 3))

        [frame] = await line.frames("hits", 1)
    assert (3, MOST) == (frame["skipped"], len(pages(frame)))


async def test_hits_of_another_site_are_never_seen():
    mine, other = await make_member(), await make_member()
    async with await line_of(mine) as line:
        await line.receive_json_from()

        await announce(accepted(other.site.pk, "/other"), accepted(mine.site.pk, "/mine"))

        [frame] = await line.frames("hits", 1)
    assert ["/mine"] == pages(frame)


async def test_line_stays_alive_and_its_watch_renewed(monkeypatch):
    monkeypatch.setattr(consumer, "KEEP_SECONDS", 0.05)
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()
        await delete(Watch.objects.all())

        await line.frames("watching", 2)

        assert [member.site.pk] == await watched()


async def test_viewer_is_closed_as_an_outsider_is():
    viewer = await make_member(Role.VIEWER)
    await database_sync_to_async(SeatFactory)(site=viewer.site)

    async with await line_of(viewer) as line:
        assert 4404 == await line.close_code()
    assert [] == await watched()


async def test_outsider_is_closed_as_for_a_site_nobody_has():
    member = await make_member()
    cookie = await session_cookie(await make_user())

    for domain in (member.site.domain, "nobody.example"):
        async with DebuggerLine(domain, cookie) as line:
            assert 4404 == await line.close_code()


async def test_somebody_not_signed_in_is_closed():
    member = await make_member()

    async with DebuggerLine(member.site.domain) as line:
        assert 4401 == await line.close_code()


@database_sync_to_async
def make_viewer(seat: Seat) -> None:
    Member.objects.filter(user=seat.user).update(role=Role.VIEWER)


async def test_owner_who_becomes_a_viewer_is_closed(monkeypatch):
    monkeypatch.setattr(consumer, "KEEP_SECONDS", 0.05)
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()

        await make_viewer(member)

        assert 4404 == await line.close_code()


async def test_signing_out_closes_the_line(monkeypatch):
    monkeypatch.setattr(consumer, "KEEP_SECONDS", 0.05)
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()

        await delete(Session.objects.all())

        assert 4401 == await line.close_code()


async def test_storage_that_is_away_sends_the_reader_back_later(monkeypatch):
    def fail(*_args: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(watch, "renew", fail)
    member = await make_member()

    async with await line_of(member) as line:
        assert 4503 == await line.close_code()


async def test_reader_that_acknowledges_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(reader.Reader, "most_unacknowledged", 5)
    monkeypatch.setattr(consumer, "SHOW_SECONDS", 0)
    member = await make_member()
    async with await line_of(member) as slow, await line_of(member) as quick:
        for line in (slow, quick):
            await line.receive_json_from()

        for number in range(1, 9):
            await announce(accepted(member.site.pk))
            [frame] = await quick.frames("hits", 1)
            await quick.ack(number)
            assert number == frame["cursor"]

        assert 4408 == await slow.close_code()


async def test_row_that_cannot_be_rendered_closes_the_line_for_another_try(monkeypatch):
    def fail(*_args: object) -> None:
        raise TypeError("a message of another version")

    monkeypatch.setattr(consumer, "render", fail)
    member = await make_member()
    async with await line_of(member) as line:
        await line.receive_json_from()

        await announce(accepted(member.site.pk))

        assert 4503 == await line.close_code()
