"""Senders that want to fill the server's memory or keep it from others."""

import asyncio
import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from tests.server import CHROME

OTHER_DOMAIN = "other.example"
OVERSIZE = 20 * 2**20
NESTED = (b"[" * 15_000, b'{"n":' * 3_000, b'{"p":' + b"[" * 7000 + b"]" * 7000 + b"}")

Answers = Counter[tuple[str, str]]  # kind of sender, status or "" for a closed connection
Sender = Callable[[int], Awaitable[str]]


CHUNKED = "Transfer-Encoding: chunked"


def head(size: str, address: str = "91.200.0.1") -> bytes:
    """A request's head; `size` is the header that says how long its body is."""
    return (
        "POST /api/event HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        f"User-Agent: {CHROME}\r\nX-Forwarded-For: {address}\r\n{size}\r\n\r\n"
    ).encode()


async def status_of(reader: asyncio.StreamReader) -> str:
    """The status of an answer whose body ends with its packet, "" where none comes."""
    try:
        line = await asyncio.wait_for(reader.readline(), 20)
        while (await reader.readline()).strip():
            pass
    except (OSError, TimeoutError):
        return ""
    return line.decode().split(" ")[1] if line else ""


@contextmanager
def closed(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.transport.abort()


async def slow_body(port: int) -> str:
    """Sends a byte of a body a second, for as long as it may."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closed(writer):
        writer.write(head("Content-Length: 16000"))
        answer = asyncio.create_task(status_of(reader))
        while not answer.done():
            writer.write(b" ")
            await asyncio.wait([answer], timeout=1)
        return await answer


async def slow_head(port: int) -> str:
    """Begins a request and says no more for a while."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with closed(writer):
        writer.write(b"POST /api/event HTTP/1.1\r\nHost: ")
        await asyncio.sleep(5)
        return ""


async def oversize(port: int) -> str:
    """Sends far more than a hit may have, and does not say so before."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closed(writer):
        writer.write(head(CHUNKED))
        answer = asyncio.create_task(status_of(reader))
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        try:
            for _ in range(OVERSIZE // 65536):
                writer.write(chunk)
                await writer.drain()
                if answer.done():
                    break
        except OSError:
            pass
        return await answer


async def post(port: int, bodies: Iterator[bytes], addresses: Iterator[str]) -> str:
    """Sends some requests over one connection, which differ; gives the status of the last."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closed(writer):
        status = ""
        for body, address in itertools.islice(zip(bodies, addresses, strict=False), 20):
            writer.write(head(f"Content-Length: {len(body)}", address) + body)
            line = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            status = line.split(b" ")[1].decode()
            length = int(line.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            await asyncio.sleep(0.01)
        return status


def hits(domain: Callable[[], str]) -> Iterator[bytes]:
    while True:
        name = domain()
        yield json.dumps({"n": "pageview", "d": name, "u": f"https://{name}/"}).encode()


def new_addresses() -> Iterator[str]:
    while True:
        yield ":".join(f"{random.getrandbits(16):x}" for _ in range(8))


def any_domain() -> str:
    return f"{random.getrandbits(64):x}.example"


async def deep_nesting(port: int) -> str:
    bodies = itertools.cycle(
        [b"[" * 15_000, b'{"n":' * 3_000, b'{"p":' + b"[" * 7000 + b"]" * 7000]
    )
    return await post(port, bodies, new_addresses())


async def unknown_sites(port: int) -> str:
    return await post(port, hits(any_domain), new_addresses())


async def many_addresses(port: int) -> str:
    return await post(port, hits(lambda: OTHER_DOMAIN), new_addresses())


# How many of each kind are at work at once, and what they may be answered.
SENDERS: dict[str, tuple[Sender, int, set[str]]] = {
    # A closed connection may have taken its answer along: more was on its way.
    "slow body": (slow_body, 300, {"408", ""}),
    "slow head": (slow_head, 100, {""}),
    "oversize": (oversize, 4, {"413", ""}),
    "deep nesting": (deep_nesting, 4, {"400"}),
    "unknown sites": (unknown_sites, 4, {"202"}),
    "many addresses": (many_addresses, 4, {"202"}),
}


@contextmanager
def attack(port: int) -> Iterator[Answers]:
    """Have all of them at work until the block ends."""
    answers: Answers = Counter()
    stop = threading.Event()

    async def repeat(kind: str, sender: Sender) -> None:
        while not stop.is_set():
            try:
                answers[kind, await sender(port)] += 1
            except (OSError, EOFError):
                answers[kind, ""] += 1
            await asyncio.sleep(0.1)

    async def all_of_them() -> None:
        tasks = [
            asyncio.create_task(repeat(kind, sender))
            for kind, (sender, count, _) in SENDERS.items()
            for _ in range(count)
        ]
        while not stop.is_set():
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()

    thread = threading.Thread(target=asyncio.run, args=[all_of_them()], daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join(timeout=30)
