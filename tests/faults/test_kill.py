"""Accepted is never lost and never counted twice, whenever a process is killed."""

import pytest

from tests.faults.kill import killed
from tests.faults.processes import SHAPES
from tests.on_postgres import postgres

pytestmark = pytest.mark.stack

SHORT = {"seconds": 6, "pause": 2.5, "rate": 250}


@pytest.mark.parametrize("shape", SHAPES)
def test_on_sqlite_every_accepted_hit_is_one_event(tmp_path, shape):
    found = killed(shape, tmp_path, **SHORT)

    assert found.accepted > 200


@pytest.mark.parametrize("shape", SHAPES)
def test_on_postgresql_every_accepted_hit_is_one_event(tmp_path, shape):
    with postgres() as address:
        found = killed(shape, tmp_path, **SHORT, DATABASE_URL=address)

    assert found.accepted > 200
