"""Imported totals, which lie beside the hot rows, on their way to ClickHouse.

They are filtered and grouped here: what goes along with a question is a row for each of its groups.
"""

from collections.abc import Sequence

import duckdb
import orjson

from tracking.warehouse.clickhouse.server import Sent
from tracking.warehouse.dialect import DuckDBDialect
from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.imported.sql import selections
from tracking.warehouse.metrics import Metric, Sum
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query

# As what they are united with has them: the others count rows.
SIGNED = {"views", "duration", "depth", "engaged"}


class Along:
    """See `tracking.warehouse.imported.sql.TotalsReader`; `sent` are the tables that go along."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.sent: dict[str, Sent] = {}

    def parts(
        self, query: Query, period: Period, metrics: Sequence[Metric], sums: list[Sum]
    ) -> list[str]:
        dialect = DuckDBDialect()
        found = selections(query, period, metrics, sums, dialect)
        if not found:
            return []
        # What one statement binds, it has to name.
        rows = self._cursor.execute(" UNION ALL ".join(found), dialect.values).fetchall()
        if not rows:
            return []
        name = f"imported_totals_{len(self.sent)}"
        self.sent[name] = Sent(_structure(query, sums), _lines(rows))
        return [f"SELECT * FROM {name}"]  # noqa: S608


def _structure(query: Query, sums: list[Sum]) -> str:
    columns = [
        *(f"d{place} {_kind(row)}" for place, row in enumerate(query.dimensions)),
        "source String",
        *(f"{row.name} Nullable({'Int64' if row.name in SIGNED else 'UInt64'})" for row in sums),
    ]
    return ", ".join(columns)


def _kind(dimension: Dimension) -> str:
    return "Date" if dimension.scope is Scope.TIME else "String"


def _lines(rows: list[tuple[object, ...]]) -> str:
    return b"\n".join(orjson.dumps(row) for row in rows).decode()
