"""A backup made under load has every hit that was answered before it began, once each."""

import pytest

from tests.faults import backup

pytestmark = pytest.mark.stack

SHORT = {"hits": 150, "rounds": 2, "rate": 100}


def test_backup_of_sqlite_restores_all_that_was_accepted(tmp_path):
    found = backup.on_sqlite("one process", tmp_path, **SHORT)

    assert found.accepted >= 300


def test_backup_of_postgresql_restores_all_that_was_accepted(tmp_path):
    found = backup.on_postgres("several processes", tmp_path, **SHORT)

    assert found.accepted >= 300
