"""Hostile senders neither fill the memory nor keep the server from others."""

import pytest

from tests.faults.memory import attacked

pytestmark = pytest.mark.stack


def test_under_hostile_load_others_are_answered_and_memory_is_bounded(tmp_path):
    found = attacked("one process", tmp_path, seconds=8, rate=50)

    before, *during = found.memory_mb
    assert found.hits.accepted > 200
    assert max(during) - before < 60
