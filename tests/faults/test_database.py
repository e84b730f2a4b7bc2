"""The database is away for a while: hits are to be sent again, none is lost or counted twice."""

import pytest

from tests.faults.database import away

pytestmark = pytest.mark.stack


def test_hits_are_taken_again_soon_after_the_database_is_back(tmp_path):
    found = away("one process", tmp_path, [0, 8], pause=1.5, rate=200)

    assert found.unavailable > 0
    assert found.recovery < 5
