from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tracking.warehouse import engine
from tracking.warehouse.clickhouse.server import InProcess, Server, server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("costly")


@pytest.fixture(scope="session")
def in_process() -> Iterator[Server]:
    """chDB keeps its tables for as long as it has a handle."""
    handle = InProcess("chdb://memory")
    handle.command("SELECT 1")
    yield handle
    handle.close()


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path, in_process: Server) -> Iterator[Path]:
    """A data folder and empty tables for each test, and an engine that uses them."""
    settings.WAREHOUSE, settings.DATA = "chdb://memory", tmp_path
    engine.close()
    for table in ("events_v1", "visits_v1"):
        server().command(f"TRUNCATE TABLE {table}")
    yield tmp_path
    engine.close()
