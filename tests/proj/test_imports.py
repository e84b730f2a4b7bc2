"""Imports point one way: proj → dashboard → realtime → tracking."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import ROOT

LAYERS = ["proj", "dashboard", "realtime", "tracking"]
# Inside tracking: what each package must not know of.
FORBIDDEN = {
    "tracking/enrich": {"django.http", "tracking.ingest.http", "tracking.ingest.address"},
    "tracking/warehouse": {"django.http", "django.views", "tracking.ingest", "tracking.enrich"},
    "tracking/models": {"tracking.ingest", "tracking.enrich", "tracking.warehouse"},
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reaches(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_stands_below_it(layer):
    above = LAYERS[: LAYERS.index(layer)]

    upward = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(layer)
        for name in imported(path)
        if any(reaches(name, package) for package in [*above, "tests"])
    }

    assert set() == upward


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_package_of_tracking_knows_nothing_of_its_neighbours_business(folder):
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imported(path)
        if any(reaches(name, package) for package in FORBIDDEN[folder])
    }

    assert set() == found


def test_no_other_folder_at_the_top_holds_python():
    # pathlib's glob is not used: it would walk the virtual environment.
    # What gunicorn reads are modules.
    allowed = {*LAYERS, "tests", "deploy", "manage.py"}
    python = {
        path.name
        for path in ROOT.iterdir()
        if path.name not in allowed
        and not path.name.startswith(".")
        and (path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py"))))
    }

    assert set() == python
