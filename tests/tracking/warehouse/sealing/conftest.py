from pathlib import Path

import pytest

from tracking.warehouse.sealing import sums


@pytest.fixture(autouse=True)
def data(own_data: Path) -> Path:
    return own_data


@pytest.fixture(autouse=True)
def sums_of_few_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of days also where there is little to sum up."""
    monkeypatch.setattr(sums, "FEWEST", 1)
    monkeypatch.setattr(sums, "LARGEST_REST", 1)
