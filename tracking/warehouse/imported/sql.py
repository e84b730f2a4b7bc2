"""Imported totals as a part of a question's SQL, beside what events and visits give."""

from collections.abc import Sequence
from typing import Protocol

from tracking.warehouse.dialect import Dialect
from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.filters import Filter
from tracking.warehouse.goals import any_goal_sql, goal_sql
from tracking.warehouse.imported.asked import Imported, is_known, tables_of
from tracking.warehouse.imported.kept import file_of
from tracking.warehouse.imported.tables import TABLES
from tracking.warehouse.metrics import Metric, Sum
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.schema import PLAIN
from tracking.warehouse.where import Terms, where

SOURCE = "totals"
# Which sums are averaged, and over which.
OVER = {
    "views": "averaged",
    "duration": "averaged",
    "bounces": "entries",
    "depth": "depths",
    "engaged": "stays",
}


class TotalsReader(Protocol):
    """How an engine reads them."""

    def parts(
        self, query: Query, period: Period, metrics: Sequence[Metric], sums: list[Sum]
    ) -> list[str]:
        """Selections of the question's keys, the source and the sums, to be united with others."""


class InPlace:
    """For an engine that reads the files by itself."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def parts(
        self, query: Query, period: Period, metrics: Sequence[Metric], sums: list[Sum]
    ) -> list[str]:
        return selections(query, period, metrics, sums, self._dialect)


def selections(
    query: Query,
    period: Period,
    metrics: Sequence[Metric],
    sums: list[Sum],
    dialect: Dialect,
) -> list[str]:
    """In DuckDB's SQL, one for each file that has something of the period."""
    if query.imports is None:
        return []
    return [
        _Selection(query, period, dialect, one, table).sql(metrics, sums)
        for one in query.imports.taken
        if one.within(period)
        for table in tables_of(query)
    ]


class _Selection:
    def __init__(
        self, query: Query, period: Period, dialect: Dialect, one: Imported, table: str
    ) -> None:
        self.query = query
        self.period = period
        self.dialect = dialect
        self.one = one
        self.table = TABLES[table]

    def sql(self, metrics: Sequence[Metric], sums: list[Sum]) -> str:
        there = self.one.sums(self.table.name)
        # What only figures need that are not known here would be half of them.
        used = {row.name for metric in metrics if is_known(metric, there) for row in metric.sums}
        columns = [
            *(f"{self._key(row)} AS d{i}" for i, row in enumerate(self.query.dimensions)),
            f"'{SOURCE}' AS source",
            *(
                f"{_total(row.name, there)} AS {row.name}"
                if row.name in used
                else f"NULL AS {row.name}"
                for row in sums
            ),
        ]
        grouping = " GROUP BY ALL" if self.query.dimensions else ""
        return f"SELECT {', '.join(columns)} FROM {self._rows()}{grouping}"  # noqa: S608

    def _rows(self) -> str:
        file = str(file_of(self.one.token(self.table.name))).replace("'", "''")
        bind = self.dialect.bind
        days = " OR ".join(
            f"day BETWEEN {bind(first)} AND {bind(last)}"
            for first, last in self.one.within(self.period)
        )
        terms = Terms(self._column, self.dialect, _visits_with)
        rows = f"(SELECT {self.table.relation} FROM read_parquet('{file}') WHERE ({days}))"  # noqa: S608
        rows = f"(SELECT * FROM {rows} WHERE {where(self.query.filters, terms)})"  # noqa: S608
        return self._by_goal(rows) if self.query.by_goal else rows

    def _by_goal(self, rows: str) -> str:
        goals = self.query.goals
        reached = [
            f"CASE WHEN {goal_sql(goal, self.dialect)} THEN {self.dialect.bind(goal.name)} END"
            for goal in goals
        ]
        return (
            f"(SELECT * FROM (SELECT *, {self.dialect.each_text(reached)} AS goal FROM {rows}"  # noqa: S608
            f" WHERE {any_goal_sql(goals, self.dialect)}) WHERE goal IS NOT NULL)"
        )

    def _key(self, dimension: Dimension) -> str:
        if dimension.scope is Scope.TIME:
            return self._bucket(dimension.column)
        column = self._column(dimension)
        if dimension.column in PLAIN:
            return column
        return f"coalesce(nullif({column}, ''), {self.dialect.bind(dimension.blank)})"

    def _column(self, dimension: Dimension) -> str:
        if dimension.key:
            return f"coalesce(props[{self.dialect.bind(dimension.key)}], '')"
        return dimension.column

    def _bucket(self, interval: str) -> str:
        """The key of the bucket, see `tracking.warehouse.buckets`, that a day lies in."""
        begun = f"date_trunc('{interval}', day)::DATE"
        if interval == "week":
            return f"greatest({begun}, {self.dialect.bind(self.period.start.date())})"
        return begun


def _total(name: str, there: dict[str, str]) -> str:
    total = f"sum({there[name]})::BIGINT"
    if name in OVER:
        # Of nothing there is no average.
        return f"CASE WHEN sum({there[OVER[name]]}) > 0 THEN {total} END"
    return total


def _visits_with(tree: Filter) -> str:
    raise AssertionError(f"totals know no visits: {tree}")
