"""The event loop on which a process speaks to the channel layer.

Where one process does everything it is the loop that serves websockets: the in-memory channel layer
is not thread-safe, so what Huey's threads have to say to it is said there. A process that serves
none has one of its own in a thread, which keeps its connection to Redis.
"""

import asyncio
import threading

_serving: asyncio.AbstractEventLoop | None = None
_own: asyncio.AbstractEventLoop | None = None
_making = threading.Lock()


def use(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the loop that serves websockets; None forgets it."""
    global _serving
    _serving = loop


def use_current() -> None:
    """Name the loop of the calling thread, which may begin to run later."""
    use(asyncio.get_event_loop())


def serving() -> asyncio.AbstractEventLoop | None:
    """The loop that serves websockets, or None in a process that serves none."""
    return _serving if _serving is not None and _serving.is_running() else None


def own() -> asyncio.AbstractEventLoop:
    """The loop of a process that serves no websockets; it runs until the process ends."""
    global _own
    with _making:
        if _own is None:
            _own = asyncio.new_event_loop()
            threading.Thread(target=_own.run_forever, name="layer", daemon=True).start()
        return _own
