"""There is no room: hits are to be sent again, the server lives, and goes on once there is."""

import pytest

from tests.faults.disk import no_growth

pytestmark = pytest.mark.stack


def test_hits_are_taken_again_once_there_is_room(tmp_path):
    found = no_growth(tmp_path, seconds=4, rate=200)

    assert found.hits.recovery < 60
