"""What one person changes reaches the others who have the site open."""

import pytest
from channels.db import database_sync_to_async
from django.db import transaction

from realtime import hub, room, switchboard
from realtime.room import changes
from realtime.room.telling import Did, What
from tests.factories import SeatFactory, UserFactory
from tests.realtime.lines import make_site, make_user, member_line
from tests.realtime.stored import make_site as stored_site
from tracking import audit
from tracking.models import Change, Role

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]

tell = database_sync_to_async(room.tell)


async def open_line(site, user, **asked):
    """A line of a browser's tab whose page knew the changes up to `change`."""
    line = await member_line(site, user)
    parts = [f"{name}={value}" for name, value in asked.items()]
    line.scope["query_string"] = "&".join(parts).encode()
    return line


@database_sync_to_async
def make_member(site, role=Role.OWNER, **person):
    return SeatFactory(site=site, role=role, user=UserFactory(**person)).user


async def test_a_change_reaches_the_others_with_the_name_of_who_made_it(monkeypatch):
    # At once, and not by the check.
    monkeypatch.setattr(switchboard, "CHECK_SECONDS", 3600)
    user = await make_user()
    site = await make_site(user)
    ada = await make_member(site, email="ada@example.com")
    async with await open_line(site, user, change=0) as line:
        await tell(site, Did.ADDED, What.NOTE, "Release 1", by=ada)
        await line.frames("change", 1)
        await tell(site, Did.ADDED, What.NOTE, "Release 2", by=ada)
        [frame] = await line.frames("change", 1)
    assert frame == {
        "type": "change",
        "change": frame["change"],
        "what": "note",
        "text": "ada added the note “Release 2”",
    }


def test_who_accepted_an_invitation_joined(transactional_db):
    ada = UserFactory(email="ada@example.com")
    change = audit.record(Did.ADDED, What.MEMBER, by=ada, person=ada)

    assert "ada joined" == changes.words(change)


async def test_the_tab_in_which_it_was_made_is_not_told_and_the_person_s_other_tab_is():
    user = await make_user()
    site = await make_site(user)
    async with (
        await open_line(site, user, change=0, tab="one") as one,
        await open_line(site, user, change=0, tab="two") as two,
    ):
        await one.frames("now", 1)
        await two.frames("now", 1)
        await tell(site, Did.CHANGED, What.RULES, by=user, tab="one")
        await tell(site, Did.CHANGED, What.SETTINGS, by=user)
        assert ["settings"] == [frame["what"] for frame in await one.frames("change", 1)]
        assert ["rules", "settings"] == [frame["what"] for frame in await two.frames("change", 2)]


async def test_who_comes_back_hears_what_was_changed_meanwhile_and_nothing_twice():
    user = await make_user()
    site = await make_site(user)
    await tell(site, Did.ADDED, What.NOTE, "first", by=None)
    known = await database_sync_to_async(changes.last)(site.pk)
    await tell(site, Did.ADDED, What.NOTE, "second", by=None)
    async with await open_line(site, user, change=known) as line:
        [second] = await line.frames("change", 1)
        await tell(site, Did.ADDED, What.NOTE, "third", by=None)
        [third] = await line.frames("change", 1)
    assert ["Somebody added the note “second”", "Somebody added the note “third”"] == [
        second["text"],
        third["text"],
    ]


async def test_a_lost_message_is_made_up_for_by_the_check(monkeypatch):
    monkeypatch.setattr(switchboard, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(hub, "NOW_SECONDS", 0)
    user = await make_user()
    site = await make_site(user)
    async with await open_line(site, user, change=0) as line:
        await line.frames("now", 1)
        await database_sync_to_async(Change.objects.create)(
            site=site, did=Did.ADDED, what=What.NOTE, name="Release"
        )
        assert 1 == len(await line.frames("change", 1))


@pytest.mark.parametrize(
    ("what", "heard"),
    [
        (What.NOTE, True),
        (What.SEGMENT, True),
        (What.GOAL, True),
        (What.LINK, False),
        (What.NAME, False),
        (What.SETTINGS, False),
        (What.RULES, False),
        (What.WEBHOOK, False),
        (What.THRESHOLD, False),
        (What.IMPORT, False),
    ],
)
async def test_a_viewer_hears_of_what_viewers_see(what, heard):
    site = await make_site(await make_user())
    viewer = await make_member(site, Role.VIEWER)
    await tell(site, Did.CHANGED, what, "first", by=None)
    [told] = await database_sync_to_async(changes.after)(site.pk, 0)
    assert heard == (viewer.pk in told.hearers)


async def test_a_person_s_own_segment_is_told_to_that_person_alone():
    user = await make_user()
    site = await make_site(user)
    other = await make_member(site)
    await tell(site, Did.ADDED, What.SEGMENT, "Mine", by=user, whose=user)
    [told] = await database_sync_to_async(changes.after)(site.pk, 0)
    assert (True, False) == (user.pk in told.hearers, other.pk in told.hearers)


async def test_a_change_of_another_site_is_not_heard():
    user = await make_user()
    site, other = await make_site(user), await make_site(user)
    async with await open_line(site, user, change=0) as line:
        await line.frames("now", 1)
        await tell(other, Did.ADDED, What.NOTE, "theirs", by=user)
        await tell(site, Did.ADDED, What.NOTE, "ours", by=user)
        [frame] = await line.frames("change", 1)
    assert frame["text"].endswith("“ours”")


@pytest.mark.parametrize("change", ["", "x", "-1", "1" * 30], ids=["empty", "word", "sign", "long"])
async def test_a_malformed_change_closes_the_line(change):
    user = await make_user()
    site = await make_site(user)
    async with await open_line(site, user, change=change) as line:
        assert 4400 == await line.close_code()


def test_what_is_rolled_back_is_not_told(transactional_db, layer):
    site = stored_site(UserFactory())
    with transaction.atomic():
        room.tell(site, Did.ADDED, What.NOTE, "never", by=None)
        transaction.set_rollback(True)
    assert ([], 0) == (layer.sent, Change.objects.count())


def test_who_was_away_for_long_hears_the_latest_changes(transactional_db, layer, monkeypatch):
    monkeypatch.setattr(changes, "MOST", 3)
    site = stored_site(UserFactory())
    for number in range(5):
        last = room.tell(site, Did.ADDED, What.NOTE, number, by=None)
    assert [last - 2, last - 1, last] == [told.id for told in changes.after(site.pk, 0)]


def test_a_layer_that_is_down_fails_no_change(transactional_db, layer):
    site = stored_site(UserFactory())
    layer.down = True
    room.tell(site, Did.CHANGED, What.SETTINGS, by=None)
    assert 1 == Change.objects.count()
