import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.server import Server

# Other work on the machine slows the making of inputs; that says nothing about the code.
settings.register_profile(
    "footfall", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("footfall")


@pytest.fixture(autouse=True)
def _forget_mirrored_events() -> Iterator[None]:
    """What a test stored is rolled back, which no server does: the query engine must start anew."""
    yield
    engine = sys.modules.get("tracking.warehouse.engine")
    if engine:
        engine.engine.cache_clear()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server of its own for a test."""
    with Server(tmp_path) as running:
        yield running
