"""The clock is set or comes to midnight: no hit is lost or counted twice, each day has its salt."""

import pytest

from tests.faults.clock import DAY, HOUR, moved, over_midnight

pytestmark = pytest.mark.stack


def test_hits_are_taken_while_the_clock_goes_a_day_forward_and_back(tmp_path):
    found = moved("one process", tmp_path, [DAY, -HOUR], seconds=1, rate=100)

    assert (0, 0) == (found.hits.unavailable, found.hits.unanswered)


def test_visits_go_on_over_midnight(tmp_path):
    found = over_midnight("one process", tmp_path, seconds=4, rate=100)

    assert (0, 0) == (found.hits.unavailable, found.hits.unanswered)
