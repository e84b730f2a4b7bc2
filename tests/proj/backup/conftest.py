from pathlib import Path
from typing import Any

import pytest

from tracking.warehouse import engine


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder for each test, and an engine that may read there."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    engine.close()
    yield settings.DATA
    engine.close()
