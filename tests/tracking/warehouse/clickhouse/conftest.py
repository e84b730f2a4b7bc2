from collections.abc import Iterator
from typing import Any

import pytest

from tracking.warehouse import engine
from tracking.warehouse.clickhouse import server


@pytest.fixture(scope="session")
def in_process() -> Iterator[server.Server]:
    """chDB keeps its tables for as long as it has a handle."""
    handle = server.InProcess("chdb://memory")
    handle.command("SELECT 1")
    yield handle
    handle.close()


@pytest.fixture(autouse=True)
def _clickhouse(settings: Any, in_process: server.Server) -> Iterator[None]:
    settings.WAREHOUSE = "chdb://memory"
    engine.close()
    yield
    engine.close()
