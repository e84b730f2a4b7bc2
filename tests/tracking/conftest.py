"""What tests of several folders below need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tracking.warehouse import engine


@pytest.fixture
def own_data(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A data folder for the test alone, and an engine that may read there."""
    settings.DATA = tmp_path
    engine.close()
    yield tmp_path
    engine.close()
