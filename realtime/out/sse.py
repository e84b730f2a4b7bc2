"""Live events as Server-Sent Events.

The format is that of https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from realtime.out import streams
from realtime.out.asked import Asked
from realtime.out.events import LiveEvent, Position
from realtime.out.streams import Stream
from realtime.out.tickets import KeyTicket
from realtime.telemetry import open_socket
from realtime.tickets import Close, Ticket
from tracking.models import Site

# Shows that the stream is alive, and keeps the client's last id from growing old.
KEEP_SECONDS = 15.0
# A client that comes back goes on from its last id. Ended now and then, a stream's bytes that a
# server like daphne holds for a client that does not read are bounded.
LONGEST_SECONDS = 3600.0
MOST_BYTES = 8 * 1024 * 1024
MOST_WAITING = 2000
MOST_STREAMS = 10

streams_of_keys: Counter[int] = Counter()


class Ear:
    """One client's end of a stream: what it is still to be sent."""

    def __init__(self, ticket: Ticket, position: Position) -> None:
        self.ticket = ticket
        self.position = position
        self.waiting: deque[LiveEvent] = deque()
        self.news = asyncio.Event()
        self.over = False

    def put_events(self, events: list[LiveEvent], head: Position) -> None:
        self.waiting.extend(each for each in events if each.position > self.position)
        self.position = max(self.position, head)
        if len(self.waiting) > MOST_WAITING:
            self.over = True
        self.news.set()

    def quit(self, code: Close) -> None:
        self.over = True
        self.news.set()


async def listen(site: Site, ticket: KeyTicket, asked: Asked) -> AsyncIterator[str]:
    """The texts of a client's stream until it ends."""
    streams_of_keys[ticket.key_id] += 1
    try:
        stream = await streams.enter(site)
        try:
            with open_socket("stream"):
                async with aclosing(bounded(stream, ticket, asked)) as texts:
                    async for text in texts:
                        yield text
        finally:
            await streams.leave(stream)
    finally:
        streams_of_keys[ticket.key_id] -= 1


async def bounded(stream: Stream, ticket: Ticket, asked: Asked) -> AsyncGenerator[str, None]:
    """As `listen`; ended when it has been sent for long enough, or its client does not keep up."""
    ear = Ear(ticket, stream.head if asked.position is None else asked.position)
    begun, sent = time.monotonic(), 0
    yield f"retry: 1000\n{mark(ear.position)}"
    try:
        async for text in unending(stream, ear, asked):
            yield text
            sent += len(text)
            if ear.over or sent >= MOST_BYTES or time.monotonic() - begun >= LONGEST_SECONDS:
                return
    finally:
        stream.listeners.discard(ear)


async def unending(stream: Stream, ear: Ear, asked: Asked) -> AsyncIterator[str]:
    while ear.position < stream.head:
        chunk = await stream.read_after(ear.position, stream.head)
        ear.put_events(chunk.events, chunk.position)
        for text in taken(ear, asked):
            yield text
    # No await since the comparison: what the stream tells from here on follows.
    stream.listeners.add(ear)
    said = time.monotonic()
    while not ear.over:
        await news(ear, said + KEEP_SECONDS - time.monotonic())
        texts = taken(ear, asked)
        if not texts and time.monotonic() - said >= KEEP_SECONDS:
            texts = [mark(ear.position)]
        for text in texts:
            yield text
        if texts:
            said = time.monotonic()


async def news(ear: Ear, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0)):
            await ear.news.wait()
    ear.news.clear()


def taken(ear: Ear, asked: Asked) -> list[str]:
    """What waits, taken out."""
    found = [text_of(each) for each in ear.waiting if each.kind in asked.kinds]
    ear.waiting.clear()
    return found


def text_of(event: LiveEvent) -> str:
    return f"id: {event.position}\nevent: {event.kind}\ndata: {event.text}\n\n"


def mark(position: Position) -> str:
    """Tells a client how far it is, and nothing else."""
    return f": alive\nid: {position}\n\n"
