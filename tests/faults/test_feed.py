"""Each dashboard is told each visit once and in order, whatever breaks between."""

import pytest

from tests.faults.feed import SHAPES, followed

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("shape", SHAPES)
def test_each_dashboard_is_told_each_visit_once_and_in_order(tmp_path, shape):
    found = followed(shape, tmp_path, seconds=8, pause=1, rate=120, least=51)

    assert found.visits > 50
