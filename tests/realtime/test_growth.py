"""Whatever messages and lines are lost, a page ends equal to one that is opened now."""

import random
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone

from realtime import feed, publish, switchboard
from realtime.rows import render_growth
from tests.realtime.lines import make_site, make_user, member_line, store, store_and_announce
from tests.realtime.stored import event
from tracking.models import Goal

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("running_loop"),
]

GROWTH = re.compile(r'<p class="visit-page">.*</p>', re.DOTALL)


class PageModel:
    """What the browser does with the frames of its line: rows by their ids, and the cursor."""

    def __init__(self):
        self.rows = {}
        self.cursor = None
        self.told = []

    def take(self, frame):
        if frame["type"] == "hello":
            self.cursor = frame["cursor"]
        if frame["type"] != "visits" or frame["cursor"] <= self.cursor:
            return
        self.cursor = frame["cursor"]
        for article in frame["html"].split("</article>")[-2::-1]:
            number = int(re.search(r'data-id="(\d+)"', article)[1])
            self.told.append(number)
            self.rows[number] = GROWTH.search(article)[0]
        for grown in frame["grown"]:
            if grown["id"] in self.rows:
                self.rows[grown["id"]] = grown["html"].strip()

    async def follow(self, line, upto):
        while self.cursor is None or self.cursor < upto:
            self.take(await line.receive_json_from())


class Lossy:
    """A channel layer's group_send that loses, repeats and delays messages by chance."""

    def __init__(self, chance, send):
        self.chance = chance
        self.send = send
        self.delayed = []

    async def __call__(self, group, message):
        fate = self.chance.choice(["sent", "sent", "lost", "twice", "delayed"])
        if fate == "delayed":
            self.delayed.append((group, message))
        elif fate != "lost":
            for _ in range(1 + (fate == "twice")):
                await self.send(group, message)
        if self.delayed and self.chance.random() < 0.3:
            await self.send(*self.delayed.pop())


def anything(chance, site, opened):
    """An event that opens a visit or goes on with one, of any kind."""
    visit = chance.choice(opened) if opened and chance.random() < 0.7 else 0
    return event(
        site,
        visit=visit,
        time=timezone.now() + timedelta(seconds=chance.randint(-20, 60)),
        name=chance.choice(
            ["pageview", "pageview", "Signup", "engagement"] if visit else ["pageview"]
        ),
        path=chance.choice(["/", "/prices", "/blog"]),
    )


@database_sync_to_async
def as_it_is(site):
    rows = feed.latest(site.pk, feed.end(), 200).latest(200)
    return {row.id: render_growth(row).strip() for row in rows}


@database_sync_to_async
def goal_of(site):
    Goal.objects.create(site=site, event_name="Signup")


async def test_a_visit_that_goes_on_grows_its_row():
    user = await make_user()
    site = await make_site(user)
    await goal_of(site)
    async with await member_line(site, user) as line:
        page = PageModel()
        await page.follow(line, 0)
        await store_and_announce(event(site))
        await page.follow(line, 1)
        await store_and_announce(event(site, visit=1, path="/prices"))
        await store_and_announce(event(site, visit=1, name="Signup"))
        await page.follow(line, 3)
    assert await as_it_is(site) == page.rows
    assert "2 pages" in page.rows[1]
    assert "Signup" in page.rows[1]


async def test_a_row_that_grew_while_its_page_was_away_is_told_after_it_joined():
    user = await make_user()
    site = await make_site(user)
    page = PageModel()
    async with await member_line(site, user) as line:
        await page.follow(line, 0)
        await store_and_announce(event(site))
        await page.follow(line, 1)
    await store(event(site, visit=1, path="/prices"))
    async with await member_line(site, user, page.cursor) as line:
        await page.follow(line, 2)
    assert await as_it_is(site) == page.rows


async def test_a_page_ahead_of_its_hub_is_told_what_grew_after_its_cursor():
    user = await make_user()
    site = await make_site(user)
    page = PageModel()
    async with await member_line(site, user) as watcher:
        await watcher.frames("now", 1)
        # The hub has not heard of these: nobody announced them.
        await store(event(site), event(site, visit=1))
        async with await member_line(site, user, cursor=1) as line:
            page.rows, page.cursor = {1: "as it began"}, 1
            await line.frames("now", 1)
            await store_and_announce(event(site))
            await page.follow(line, 3)
    assert await as_it_is(site) == page.rows


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_lost_rows_end_as_they_are(seed, monkeypatch):
    chance = random.Random(seed)
    monkeypatch.setattr(feed, "CHUNK", chance.choice([1, 2, 200]))
    monkeypatch.setattr(publish, "MOST_EVENTS", chance.choice([1, 200]))
    layer = get_channel_layer()
    monkeypatch.setattr(layer, "group_send", Lossy(chance, layer.group_send))
    user = await make_user()
    site = await make_site(user)
    await goal_of(site)
    page, opened, end = PageModel(), [], 0
    async with await member_line(site, user) as watcher:
        await watcher.frames("now", 1)
        for _ in range(4):
            async with await member_line(site, user, page.cursor) as line:
                await page.follow(line, 0)
                for _ in range(chance.randint(0, 6)):
                    some = [anything(chance, site, opened) for _ in range(chance.randint(1, 3))]
                    stored = await store_and_announce(*some)
                    opened += [each.id for each in stored if each.id == each.visit]
                    end = stored[-1].id
                    with suppress(TimeoutError):
                        page.take(await line.receive_json_from(timeout=0.01))
        async with await member_line(site, user, page.cursor) as line:
            await switchboard.hubs()[site.pk].read_back()
            await page.follow(line, end)
    assert await as_it_is(site) == page.rows
    assert sorted(opened) == page.told
