"""What sockets and feeds count of their own work."""

import pytest

from tests.counted import counting, now
from tests.realtime.lines import make_site, make_user, member_line, store_and_announce
from tests.realtime.stored import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]


async def test_a_socket_counts_while_it_is_open():
    user = await make_user()
    site = await make_site(user)
    before = now("footfall_sockets").get(("feed",), 0)

    async with await member_line(site, user) as line:
        await line.frames("hello", 1)
        opened = now("footfall_sockets")[("feed",)]

    assert (1, 0) == (opened - before, now("footfall_sockets")[("feed",)] - before)


async def test_what_is_pushed_is_timed_once_for_all_sockets():
    user = await make_user()
    site = await make_site(user)

    async with await member_line(site, user) as one, await member_line(site, user) as other:
        for line in (one, other):
            await line.frames("now", 1)
        with counting("footfall_push_seconds_count") as grown:
            await store_and_announce(event(site))
            for line in (one, other):
                await line.visits(1)

    assert {(): 1} == grown
