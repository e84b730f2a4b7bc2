import re
from pathlib import Path

from dashboard.report.widgets import TABLE
from dashboard.report.world import VIEWS

SHAPES = Path("static/map/world.svg").read_text()


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
