import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from proj.heads import MOST_BYTES, BoundedHeads

SMALL = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def fine(_scope: object, receive, send) -> None:
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(fine, port=0, http=BoundedHeads, log_config=None, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def statuses(port: int, *parts: bytes, at_once: int = 8192) -> list[str]:
    """Those of the answers to what is sent over one connection, so many bytes at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    for part in parts:
        try:
            for first in range(0, len(part), at_once):
                writer.write(part[first : first + at_once])
                await writer.drain()
                await asyncio.sleep(0)
            line = await asyncio.wait_for(reader.readline(), 5)
        except OSError:
            break
        if not line:
            break
        found.append(line.split()[1].decode())
        await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()
    return found


async def test_usual_requests_are_answered_one_after_the_other(port):
    assert ["204", "204", "204"] == await statuses(port, SMALL, SMALL, SMALL)


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * MOST_BYTES,
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * (MOST_BYTES // 6),
        b"GET /" + b"a" * MOST_BYTES,
    ],
    ids=["one header", "many headers", "address"],
)
async def test_head_without_an_end_is_refused(port, endless):
    assert ["431"] == await statuses(port, endless)


def posted(size: int) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + b"a" * size


@pytest.mark.parametrize("at_once", [8192, 10**7], ids=["bit by bit", "at once"])
@pytest.mark.parametrize("size", [66_000, 100_000, 300_000, 1_000_000])
async def test_body_may_be_larger_than_a_head(port, size, at_once):
    requests = [posted(size), posted(size), SMALL]

    assert ["204"] * 3 == await statuses(port, *requests, at_once=at_once)


async def test_bodies_and_heads_may_come_together(port):
    assert ["204"] == await statuses(port, posted(100_000) + SMALL * 1000, at_once=10**7)


async def test_head_without_an_end_after_a_body_is_refused(port):
    endless = b"GET /" + b"a" * MOST_BYTES

    assert ["204", "431"] == await statuses(port, posted(100_000), endless)


CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


async def ends(port: int, beginning: bytes, again: bytes) -> bool:
    """Whether the server ends a connection over which, again and again, the same comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(beginning)
        for _ in range(400):
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)
            if reader.at_eof():
                return True
    except ConnectionError:
        return True
    finally:
        writer.transport.abort()
    return False


@pytest.mark.parametrize(
    ("beginning", "again"),
    [
        (b"4\r\nabcd\r\n0\r\n", b"X: a\r\n" * 1000),
        (b"4\r\nabcd\r\n0\r\nX: ", b"a" * 6000),
        (b"4;x=", b"a" * 6000),
    ],
    ids=["many trailers", "one trailer", "a piece's extension"],
)
async def test_what_stands_around_the_pieces_of_a_body_has_an_end(port, beginning, again):
    assert await ends(port, CHUNKED + beginning, again)


async def test_pieces_of_a_body_may_go_on(port):
    assert not await ends(port, CHUNKED, b"1000\r\n" + b"a" * 4096 + b"\r\n")


async def test_body_in_pieces_may_be_larger_than_a_head_and_have_trailers(port):
    pieces = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    whole = CHUNKED + pieces * 50 + b"0\r\nX: a\r\n\r\n"

    assert ["204", "204"] == await statuses(port, whole, SMALL)
