"""Tells the processes that have watchers what was stored.

A message is a doorbell that may not ring: whatever goes wrong here makes a push late, because hubs
look into storage by themselves, and never makes it wrong.
"""

import asyncio
from collections import defaultdict
from concurrent.futures import Future
from typing import Any

import structlog
from channels.layers import get_channel_layer

from realtime import loop
from realtime.news import News
from tracking.enrich.event import EnrichedEvent
from tracking.signals import events_stored
from tracking.warehouse.goals import goals_of

logger = structlog.get_logger(__name__)

# Each process with watchers has one subscription, to this group.
GROUP = "news"
LONGEST_SECONDS = 2.0
# Of more events of a site at once a message says only that there are some.
MOST_EVENTS = 500

_failing = False


def listen() -> None:
    events_stored.connect(announce, dispatch_uid="realtime.publish")


def announce(events: list[EnrichedEvent], **_kwargs: object) -> None:
    """Tell of events that one transaction stored, in the order of their ids."""
    try:
        deliver({GROUP: message(events)})
    except Exception as error:
        note_failure(error)


def message(events: list[EnrichedEvent]) -> dict[str, Any]:
    """What each process with watchers is told; `before` lets it see whether it missed a message.

    before: the highest id before these
    last: the highest id among these
    sites: the news of each site as `News.encode` gives it, by the site's id as a text; empty where
        it would be too long, to be read in storage
    """
    sites = by_site(events)
    goals = goals_of(sites)
    return {
        "type": "site.news",
        "before": events[0].id - 1,
        "last": events[-1].id,
        "sites": {
            str(site): News.of(news[-1].id, news, goals.get(site, ())).encode()
            if len(news) <= MOST_EVENTS
            else b""
            for site, news in sites.items()
        },
    }


def by_site(events: list[EnrichedEvent]) -> dict[int, list[EnrichedEvent]]:
    sites: dict[int, list[EnrichedEvent]] = defaultdict(list)
    for event in events:
        sites[event.site_id].append(event)
    return sites


def deliver(messages: dict[str, dict[str, Any]]) -> None:
    """Send a message a group, without waiting where the server's loop is in this process.

    Where it waits, it raises what the channel layer raises.
    """
    if serving := loop.serving():
        asyncio.run_coroutine_threadsafe(send(messages), serving).add_done_callback(finished)
    else:
        asyncio.run_coroutine_threadsafe(send(messages), loop.own()).result()
        note_success()


async def send(messages: dict[str, dict[str, Any]]) -> None:
    layer = get_channel_layer()
    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*(layer.group_send(to, what) for to, what in messages.items()))


def finished(future: "Future[None]") -> None:
    if not future.cancelled() and (error := future.exception()):
        note_failure(error)
    else:
        note_success()


def note_failure(error: BaseException) -> None:
    """Say it once until it works again: a drain a second would say it each second."""
    global _failing
    if not _failing:
        logger.warning("feed_publish_failed", error=repr(error))
    _failing = True


def note_success() -> None:
    global _failing
    if _failing:
        logger.info("feed_publish_recovered")
    _failing = False
