"""Asking the queue for a drain of the inbox."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import structlog
from django.conf import settings

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 1
# Commits that follow one another sooner ask together.
PAUSE_SECONDS = 0.02
# Longer than a request counts as pending.
REPEAT_SECONDS = 6


class DrainRequests:
    """Asks for a drain after commits, in a thread of its own so that accepting never waits for it.

    While the queue is down it asks again each second, and after the last commit once more.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drains")
        self._wanted = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self._down = False

    def ask(self) -> None:
        """To be called on the event loop, after a commit."""
        self._wanted.set()
        if self._asking is None:
            # Of all requests, not of the one that begins it.
            self._asking = asyncio.get_running_loop().create_task(
                self._keep_asking(), context=Context()
            )

    async def _keep_asking(self) -> None:
        loop = asyncio.get_running_loop()
        repeat: float | None = None
        while True:
            wanted = await self._wanted_within(repeat)
            self._wanted.clear()
            if await loop.run_in_executor(self._thread, self._request):
                # Once more when all is quiet: the drain may have been lost with a killed worker.
                repeat = REPEAT_SECONDS if wanted else None
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                await asyncio.sleep(RETRY_SECONDS)
                self._wanted.set()

    async def _wanted_within(self, seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._wanted.wait()
        except TimeoutError:
            return False

    def _request(self) -> bool:
        from tracking import tasks

        try:
            for shard in range(settings.SHARDS):
                tasks.request_drain(shard)
        except Exception as error:
            if not self._down:
                logger.warning("queue_down", error=type(error).__name__)
            self._down = True
            return False
        self._down = False
        return True
