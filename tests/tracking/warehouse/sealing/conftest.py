from pathlib import Path
from typing import Any

import pytest

from tracking.warehouse import engine
from tracking.warehouse.sealing import sums


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder for each test, and an engine that may read there."""
    settings.DATA = tmp_path
    engine.close()
    yield tmp_path
    engine.close()


@pytest.fixture(autouse=True)
def sums_of_few_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of days also where there is little to sum up."""
    monkeypatch.setattr(sums, "FEWEST", 1)
    monkeypatch.setattr(sums, "LARGEST_REST", 1)
