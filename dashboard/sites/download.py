"""Sending a file while it is written, as fast as whoever asked takes it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from queue import Full, Queue

import structlog
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

logger = structlog.get_logger(__name__)

CHUNK = 256 * 1024
WAITING = 8  # chunks
PATIENCE = 1.0  # seconds until a writer looks whether anybody still reads

Write = Callable[["Pipe"], object]


class Gone(OSError):
    """Nobody reads any more."""


class Pipe:
    """What a thread of its own writes, read in the order of writing. Holds a bounded part of it."""

    def __init__(self, write: Write) -> None:
        self._queue: Queue[bytes | Exception | None] = Queue(WAITING)
        self._closed = False
        self._thread = threading.Thread(target=self._run, args=[write], daemon=True)

    def write(self, data: bytes, /) -> None:
        for first in range(0, len(data), CHUNK):
            self._put(data[first : first + CHUNK])

    def chunks(self) -> Iterator[bytes]:
        self._thread.start()
        try:
            while chunk := self._next():
                yield chunk
        finally:
            self._closed = True

    async def async_chunks(self) -> AsyncIterator[bytes]:
        self._thread.start()
        try:
            while chunk := await asyncio.to_thread(self._next):
                yield chunk
        finally:
            self._closed = True

    def _next(self) -> bytes | None:
        item = self._queue.get()
        if isinstance(item, Exception):
            # The connection breaks off, so that nobody takes the file for whole.
            raise item
        return item

    def _run(self, write: Write) -> None:
        try:
            write(self)
            self._put(None)
        except Gone:
            logger.info("download_left")
        except Exception as error:
            logger.error("download_failed", exc_info=error)
            self._closed or self._put(error)
        finally:
            connections.close_all()

    def _put(self, item: bytes | Exception | None) -> None:
        while not self._closed:
            try:
                return self._queue.put(item, timeout=PATIENCE)
            except Full:
                continue
        raise Gone


def download(
    request: HttpRequest, name: str, content_type: str, write: Write
) -> StreamingHttpResponse:
    """Answer with what `write` writes, as a file of that name."""
    pipe = Pipe(write)
    # Each kind of server would gather the other kind of iterator in memory.
    chunks = pipe.async_chunks() if isinstance(request, ASGIRequest) else pipe.chunks()
    return StreamingHttpResponse(
        chunks,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
