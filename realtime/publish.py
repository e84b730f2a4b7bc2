"""Tells the processes that have watchers what was stored.

A message is a doorbell that may not ring: whatever goes wrong here makes a push late, because hubs
look into storage by themselves, and never makes it wrong.
"""

import asyncio
from collections import defaultdict
from concurrent.futures import Future
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from realtime import loop
from realtime.news import News
from tracking.enrich.event import EnrichedEvent
from tracking.models import Event
from tracking.signals import events_stored
from tracking.warehouse.goals import Goal, goals_of

logger = structlog.get_logger(__name__)

LONGEST_SECONDS = 2.0
# Of more events at once hubs are told the ids alone: they read the rest, if anybody watches.
MOST_EVENTS = 200

_failing = False


def listen() -> None:
    events_stored.connect(announce, dispatch_uid="realtime.publish")


def group(site_id: int) -> str:
    return f"site.{site_id}"


def announce(events: list[EnrichedEvent], **_kwargs: object) -> None:
    """Send one message a site."""
    try:
        sites = by_site(events)
        goals = goals_of(sites)
        deliver({group(s): message(s, news, goals.get(s, ())) for s, news in sites.items()})
    except Exception as error:
        note_failure(error)


def deliver(messages: dict[str, dict[str, Any]]) -> None:
    """Send a message a group, without waiting where the server's loop is in this process.

    Where it waits, it raises what the channel layer raises.
    """
    if server_loop := loop.server_loop():
        future = asyncio.run_coroutine_threadsafe(send(messages), server_loop)
        future.add_done_callback(finished)
    else:
        async_to_sync(send)(messages)
        note_success()


def by_site(events: list[EnrichedEvent]) -> dict[int, list[EnrichedEvent]]:
    sites: dict[int, list[EnrichedEvent]] = defaultdict(list)
    for event in events:
        sites[event.site_id].append(event)
    return sites


def message(
    site_id: int, events: list[EnrichedEvent], goals: tuple[Goal, ...] = ()
) -> dict[str, Any]:
    """What a site's hubs are told; `before` lets a hub see whether it missed a message.

    before: the id of the site's event before these, 0 without one
    last: the highest id among these
    visits: the visits that opened, oldest first
    steps: what happened on visits that had opened, oldest first
    whole: whether the two lists are there; they are empty where they would be too long
    """
    earlier = Event.objects.filter(site_id=site_id, id__lt=events[0].id).order_by("-id")
    whole = len(events) <= MOST_EVENTS
    news = News.of(events[-1].id, events if whole else [], goals)
    return {
        "type": "site.news",
        "before": earlier.values_list("id", flat=True).first() or 0,
        "whole": whole,
        **news.as_message(),
    }


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
