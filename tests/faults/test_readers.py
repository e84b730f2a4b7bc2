"""Dashboards stop reading or read slowly: they are told all in the end, and memory is bounded."""

import pytest

from tests.faults.readers import lagging

pytestmark = pytest.mark.stack


def test_dashboards_that_lag_are_told_all_and_fill_no_memory(tmp_path):
    found = lagging("one process", tmp_path, seconds=9, rate=120)

    before, afterwards = found.memory_mb
    assert afterwards - before < 60
