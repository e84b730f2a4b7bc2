"""Whatever breaks, each accepted hit is one event, and each dashboard is told each visit once."""

import pytest

from tests.faults.kill import killed
from tests.faults.shapes import ONE_PROCESS, served

pytestmark = pytest.mark.stack


def test_hits_and_feed_of_one_process_are_whole_whatever_breaks(tmp_path):
    with served(ONE_PROCESS, tmp_path) as server:
        found = killed(server, seconds=8, pause=1, rate=120, least=51)

    assert found.told.visits > 50
