import pytest

from dashboard.live.bars import Bar, bars


@pytest.mark.parametrize(
    ("counts", "heights"),
    [
        ([0, 0], [2, 2]),
        ([1, 4], [16, 64]),
        ([1, 1000], [2, 64]),
    ],
    ids=["nothing", "in proportion", "never less than a stub"],
)
def test_heights_follow_the_highest_minute(counts, heights):
    assert [bar.height for bar in bars(counts)] == heights


def test_bars_stand_on_the_ground_side_by_side():
    assert bars([2, 1]) == [Bar("0.00%", 0, 64), Bar("50.00%", 32, 32)]
