"""The event loop that serves websockets, where one process does everything.

Huey's threads and the in-memory channel layer, which is not thread-safe, meet in that process:
what a thread has to say to the layer is said on this loop.
"""

import asyncio

_loop: asyncio.AbstractEventLoop | None = None


def use(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the loop; None forgets it."""
    global _loop
    _loop = loop


def use_current() -> None:
    """Name the loop of the calling thread, which may begin to run later."""
    use(asyncio.get_event_loop())


def server_loop() -> asyncio.AbstractEventLoop | None:
    """The loop, or None in a process that serves no websockets."""
    return _loop if _loop is not None and _loop.is_running() else None
