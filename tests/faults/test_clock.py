"""The clock is set: no hit is lost or counted twice, and each day has its salt."""

import pytest

from tests.faults.clock import DAY, HOUR, moved

pytestmark = pytest.mark.stack


def test_hits_are_taken_while_the_clock_goes_a_day_forward_and_back(tmp_path):
    found = moved("one process", tmp_path, [DAY, -HOUR], seconds=1.5, rate=100)

    assert (0, 0) == (found.unavailable, found.unanswered)
    assert found.recovery < 2
