from collections.abc import AsyncIterator

import pytest_asyncio
from channels.layers import get_channel_layer

from realtime import loop
from realtime.out import consumer, sse, streams


@pytest_asyncio.fixture
async def running_loop() -> AsyncIterator[None]:
    """The test's loop serves the listeners; nothing of them is left when the test has ended."""
    loop.use_current()
    yield
    loop.use(None)
    left = (streams.streams(), dict(get_channel_layer().groups))
    await get_channel_layer().flush()
    counted = [*consumer.lines_of_keys.values(), *sse.streams_of_keys.values()]
    assert ({}, {}, False) == (*left, any(counted))
