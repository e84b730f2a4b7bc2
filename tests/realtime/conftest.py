from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import get_channel_layer

from realtime import loop, publish, switchboard


@pytest_asyncio.fixture
async def running_loop() -> AsyncIterator[None]:
    """The test's loop serves the sockets; every hub has ended when the test has."""
    loop.use_current()
    yield
    loop.use(None)
    groups = dict(get_channel_layer().groups)
    await get_channel_layer().flush()
    assert ({}, {}) == (switchboard.hubs(), groups)


class Layer:
    """A channel layer that keeps what it is given, or is down."""

    def __init__(self) -> None:
        self.down = False
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.down:
            raise ConnectionError("down")
        self.sent.append((group, message))


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    """The layer that publishing sends to."""
    layer = Layer()
    monkeypatch.setattr(publish, "get_channel_layer", lambda: layer)
    return layer
