from collections.abc import AsyncIterator

import pytest_asyncio
from channels.layers import get_channel_layer

from realtime import hub, loop


@pytest_asyncio.fixture
async def running_loop() -> AsyncIterator[None]:
    """The test's loop serves the sockets; every hub has ended when the test has."""
    loop.use_current()
    yield
    loop.use(None)
    groups = dict(get_channel_layer().groups)
    await get_channel_layer().flush()
    assert ({}, {}) == (hub.hubs(), groups)
