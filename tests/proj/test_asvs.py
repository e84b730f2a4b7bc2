"""The table of docs/security.md names every item, and only tests and settings that exist."""

import re
from pathlib import Path

import pytest

from proj import settings
from tests.server import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
# Items of ASVS 5.0.0 of levels 1 and 2, in its order.
ITEMS = Path(__file__).with_name("asvs_level_2.txt").read_text().split()
ROWS = re.findall(r"^\| (\d[^|]*) \| ([^|]+) \| (.+) \|$", TEXT, re.MULTILINE)
ANSWERS = ("met", "**not met**", "does not apply", "*operator*")


def named(row: str) -> list[str]:
    """The items of a row such as `1.2.6–1.2.8, 1.3.1`."""
    found: list[str] = []
    for part in row.split(", "):
        first, _, last = part.partition("–")
        found += ITEMS[ITEMS.index(first) : ITEMS.index(last or first) + 1]
    return found


def test_every_item_has_one_row():
    assert sorted(ITEMS) == sorted(item for row, _, _ in ROWS for item in named(row))


def test_every_row_says_how_it_stands():
    assert [] == [row for row, _, how in ROWS if not how.startswith(ANSWERS)]


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", TEXT))))
def test_each_test_that_is_named_exists(path):
    file, _, name = path.partition("::")

    assert (ROOT / file).is_file()
    assert f"def {name}(" in (ROOT / file).read_text() or not name


def test_each_setting_that_is_named_exists():
    documented = (ROOT / "docs" / "settings.md").read_text()
    names = set(re.findall(r"`([A-Z][A-Z_]{5,})`", TEXT))

    assert set() == {
        name for name in names if not hasattr(settings, name) and f"`{name}`" not in documented
    }
