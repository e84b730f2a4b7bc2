import atexit
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.server import Server

# Other work on the machine slows the making of inputs; that says nothing about the code.
settings.register_profile(
    "footfall", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile("fast", settings.get_profile("footfall"), max_examples=3)
settings.load_profile("footfall")


def pytest_collection_finish() -> None:
    """What is there now stays: looking through it for garbage, again and again, takes time."""
    gc.collect()
    gc.freeze()
    # DuckDB complains at length of what is left at the end.
    atexit.register(gc.unfreeze)


# Whose modules' tests share a server, and a browser.
SHARING = ("tests/browser/", "tests/stack/")


class ByModuleWhereShared(LoadScopeScheduling):
    """Gives a process all tests of a module that share what is slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(SHARING) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return ByModuleWhereShared(config, log) if config.option.dist == "loadscope" else None


@pytest.fixture(autouse=True)
def _forget_mirrored_events() -> Iterator[None]:
    """What a test stored is rolled back, which no server does: the mirror must start anew.

    Before a test too: a page that is left may still be answered when its test has ended.
    """
    forget_mirrored_events()
    yield
    forget_mirrored_events()


def forget_mirrored_events() -> None:
    engine = sys.modules.get("tracking.warehouse.engine")
    if engine and engine.engine.cache_info().currsize:
        # As if events had been removed. A new DuckDB for each of a thousand tests takes a minute.
        engine.engine().mirror._generation = None


@pytest.fixture(autouse=True)
def _forget_known_goals() -> Iterator[None]:
    """Tables that are emptied count their generations from the start again."""
    yield
    if goals := sys.modules.get("tracking.warehouse.goals"):
        goals._known = goals.Known(-1, {})


@pytest.fixture(autouse=True, scope="session")
def _keep_tables() -> Iterator[None]:
    """What chDB has in memory lasts for as long as it has a handle."""
    if not django_settings.WAREHOUSE:
        yield
        return
    from tracking.warehouse.clickhouse.server import InProcess

    handle = InProcess(django_settings.WAREHOUSE)
    handle.command("SELECT 1")
    yield
    handle.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server of its own for a test."""
    with Server(tmp_path) as running:
        yield running
