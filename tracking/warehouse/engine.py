"""What every engine promises, and which one answers."""

from functools import cache
from typing import Protocol

from django.conf import settings

from tracking.warehouse.query import Query
from tracking.warehouse.result import Result


class Engine(Protocol):
    def run(self, query: Query) -> Result:
        """The answer, over all events that were committed before the call.

        Raises `QueryError` for what only the engine can judge: a pattern that RE2 does not accept,
        or a question that takes too long.
        """

    def prepare(self) -> None:
        """Read what the first question would otherwise wait for."""

    def close(self) -> None:
        """Let go of what the process holds for questions, before it ends."""


@cache
def engine() -> Engine:
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse.engine import ClickHouse

        return ClickHouse()
    from tracking.warehouse.duckdb import DuckDB

    return DuckDB()


def run(query: Query) -> Result:
    return engine().run(query)


def prepare() -> None:
    engine().prepare()


def close() -> None:
    engine().close()
    engine.cache_clear()
