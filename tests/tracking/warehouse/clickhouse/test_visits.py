"""Single visits, from ClickHouse as from the embedded engine."""

from tests.tracking.warehouse.test_visits import *  # noqa: F403
