"""The consumer is dead: hits are taken all the same, and become events in order once it lives."""

import pytest

from tests.faults.consumer import dead

pytestmark = pytest.mark.stack


def test_hits_are_taken_without_a_consumer_and_drained_once_it_is_back(tmp_path):
    found = dead(tmp_path, seconds=5, rate=200)

    assert found.accepted == found.stored
