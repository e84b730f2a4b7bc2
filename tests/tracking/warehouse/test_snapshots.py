"""Each file of `snapshots/` is a request of the API, about the shop of `shop.py`, with its answer.

A changed answer fails here and shows the difference; whoever means it edits the file.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tracking.warehouse.shop import NOW, shop
from tracking.warehouse import Result, run
from tracking.warehouse.parse import from_json
from tracking.warehouse.result import Figures
from tracking.warehouse.revenue import Money

SNAPSHOTS = sorted(Path(__file__).parent.glob("snapshots/*.json"))


def plain(figures: Figures) -> list[Any]:
    return [
        f"{figure.value} {figure.currency}" if isinstance(figure, Money) else figure
        for figure in figures
    ]


def answer(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rows": [
            [*row.dimensions, *plain(row.metrics)]
            if row.comparison is None
            else [*row.dimensions, *plain(row.metrics), "was", *plain(row.comparison)]
            for row in result.rows
        ],
        "total_rows": result.total_rows,
    }
    if result.query.warnings:
        found["warnings"] = {name: why.code for name, why in result.query.warnings.items()}
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.stem)
def test_report_answers_what_its_snapshot_says(path: Path) -> None:
    snapshot = json.loads(path.read_text())

    assert snapshot["answer"] == answer(run(from_json(shop(), snapshot["question"], NOW)))
