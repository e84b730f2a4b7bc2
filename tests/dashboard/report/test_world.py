import re
from pathlib import Path

import pytest

from dashboard.report.widgets import TABLE
from dashboard.report.world import VIEWS, level

SHAPES = Path("static/map/world.svg").read_text()


@pytest.mark.parametrize(
    ("figure", "expected"), [(0.1, 1), (4, 1), (5, 2), (16, 2), (36, 3), (64, 4), (65, 5), (100, 5)]
)
def test_a_country_is_as_dark_as_the_root_of_its_figure(figure, expected):
    assert expected == level(figure, 100)


def test_each_view_is_a_widget_and_lies_on_the_map():
    left, top, width, height = map(int, re.search('viewBox="([^"]+)"', SHAPES)[1].split())

    assert list(VIEWS) == [widget.view for widget in TABLE if widget.view]
    for box in VIEWS.values():
        x, y, across, down = map(int, box.split())
        assert left <= x < x + across <= left + width
        assert top <= y < y + down <= top + height


def test_the_map_has_large_and_small_countries():
    known = set(re.findall('<g id="([A-Z]{2})">', SHAPES))

    assert {"DE", "US", "BR", "IN", "NZ", "ZA", "XK", "MT", "SG", "MV"} <= known
    assert 230 < len(known) < 260
