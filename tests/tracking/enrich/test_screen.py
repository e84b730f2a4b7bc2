"""Classes of screens."""

import pytest

from tracking.enrich.screen import screen_class


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (None, ""),
        (0, ""),
        (-5, ""),
        (1, "Mobile"),
        (575, "Mobile"),
        (576, "Tablet"),
        (991, "Tablet"),
        (992, "Laptop"),
        (1439, "Laptop"),
        (1440, "Desktop"),
        (2**63, "Desktop"),
    ],
)
def test_class_changes_at_plausibles_bounds(width, expected):
    assert expected == screen_class(width)
