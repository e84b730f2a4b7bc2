"""A question as one SQL statement: what each source counts, united by group, then shares."""

from datetime import date

from tracking.warehouse.countries import country_names
from tracking.warehouse.currencies import amount_sql
from tracking.warehouse.dialect import Dialect, DuckDBDialect
from tracking.warehouse.dimensions import Dimension
from tracking.warehouse.filters import All, Filter, on_entry, rewritten
from tracking.warehouse.imported.sql import SOURCE, InPlace, TotalsReader
from tracking.warehouse.metrics import (
    VISITOR_SUM,
    VISITORS,
    VISITORS_OF_PAGE,
    Metric,
    Share,
    Sum,
)
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.rows import Rows, Source, source_of
from tracking.warehouse.schema import PLAIN, Tables
from tracking.warehouse.shared import Shared
from tracking.warehouse.summed import can_add_up, summed_part
from tracking.warehouse.where import where

# A text, or a bucket's key.
Key = str | date
Group = tuple[Key, ...]

HOT = Tables()


class Statement:
    """The SQL of a question over a period, and the values of its parameters.

    `tables` says where the events and visits are. `only` restricts the groups to those that another
    statement gave; not with a time dimension. `totals` reads what was imported.
    """

    def __init__(
        self,
        query: Query,
        period: Period,
        tables: Tables = HOT,
        only: list[Group] | None = None,
        dialect: Dialect | None = None,
        totals: TotalsReader | None = None,
    ) -> None:
        self.query = query
        self.period = period
        self.tables = tables
        self.dialect = dialect or DuckDBDialect()
        self._totals = totals or InPlace(self.dialect)
        self._shared = Shared(self.dialect)
        grouped = f"grouped AS ({self._with_shares(only)})"
        self._grouped = f"WITH {', '.join([*self._shared.clauses(), grouped])}"

    @property
    def values(self) -> dict[str, object]:
        return self.dialect.values

    def rows(self, page: bool) -> str:
        """Dimensions, metrics and the number of groups on all pages, in the question's order."""
        limit = f" LIMIT {self.query.limit:d} OFFSET {self.query.offset:d}" if page else ""
        return (
            f"{self._grouped} SELECT *, count(*) OVER () FROM grouped"  # noqa: S608
            f" ORDER BY {self._order()}{limit}"
        )

    def count(self) -> str:
        return f"{self._grouped} SELECT count(*) FROM grouped"  # noqa: S608

    def _order(self) -> str:
        asked = [
            f"{'d' if row.of_dimension else 'm'}{row.position:d}"
            f" {'DESC' if row.descending else 'ASC'} NULLS LAST"
            for row in self.query.order_by
        ]
        # Equal rows keep one order from page to page.
        return ", ".join([*asked, *_names(self.query), "1"])

    def _with_shares(self, only: list[Group] | None) -> str:
        shares = [row.share for row in self.query.metrics if row.share]
        counted = {f"m{i}": row for i, row in enumerate(self.query.metrics) if not row.share}
        if not shares:
            return self._groups(self.query, counted, only)
        counted["people"] = VISITORS
        names = _names(self.query)
        figures = [
            f"{self._percent(row.share, row.places or 0)} AS m{i}" if row.share else f"m{i}"
            for i, row in enumerate(self.query.metrics)
        ]
        bases = " ".join(self._base(share) for share in dict.fromkeys(shares))
        return (
            f"SELECT {', '.join([*names, *figures])}"  # noqa: S608
            f" FROM ({self._groups(self.query, counted, only)}) {bases}"
        )

    def _base(self, share: Share) -> str:
        """The visitors of which a group's are a share, joined to the groups."""
        if share is Share.ALL:
            query = self.query.as_a_whole()
        elif share is Share.ALL_REACHABLE:
            query = self.query.of_reachable().as_a_whole()
        else:
            query = self.query.of_reachable()
        base = self._groups(query, {_base_name(share): VISITORS})
        names = _names(query)
        # Without dimensions there is one row.
        return f"LEFT JOIN ({base}) USING ({', '.join(names)})" if names else f"CROSS JOIN ({base})"

    def _groups(
        self, query: Query, metrics: dict[str, Metric], only: list[Group] | None = None
    ) -> str:
        """Each source gives its metrics of a group; a group is what any of them knows.

        `metrics` are by the names of their columns.
        """
        names = _names(query)
        sums = list(dict.fromkeys(counted for row in metrics.values() for counted in row.sums))
        sources = {source_of(row, query) for row in sums}
        parts = [
            part
            for source in Source
            if source in sources
            for part in self._parts(query, source, sums)
        ]
        parts += self._totals.parts(query, self.period, list(metrics.values()), sums)
        figures = [f"{self._figure(row)} AS {name}" for name, row in metrics.items()]
        columns = [*names, *figures]
        union = self._with_names(query, " UNION ALL ".join(parts))
        statement = f"SELECT {', '.join(columns)} FROM ({union})"  # noqa: S608
        if only and names:
            columns_of = dict(zip(names, map(list, zip(*only, strict=True)), strict=True))
            groups = self.dialect.table(columns_of)  # type: ignore[arg-type]
            statement += f" WHERE ({', '.join(names)}) IN {groups}"
        if names:
            statement += f" GROUP BY {', '.join(names)}"
        # A page that visits entered before the period began, or where somebody only lingered or
        # left, has no event in it.
        beside = query.counts_entries or {Source.STAYS, Source.LOADS} & sources
        if Source.EVENTS in sources and beside:
            statement += f" HAVING max(source IN ('events', '{SOURCE}'))"
        return statement

    def _parts(self, query: Query, source: Source, sums: list[Sum]) -> list[str]:
        """What is counted in a source: in all its rows, or in the sums of days and what is left."""
        days = self.tables.days
        if days is None or not can_add_up(query, self.period, sums):
            rows = Rows(query, self.period, self.tables, self.dialect, self._shared)
            return [self._part(rows, source, sums)]
        rest = Rows(query, self.period, days.rest, self.dialect, self._shared)
        return [self._part(rest, source, sums), summed_part(rest, days.sums, source, sums)]

    def _part(self, rows: Rows, source: Source, sums: list[Sum]) -> str:
        query = rows.query
        tree: Filter = query.filters
        if source is Source.VISITS and query.counts_entries:
            tree = rewritten(tree, on_entry)
        columns = [
            *(f"{rows.key(row, source)} AS d{i}" for i, row in enumerate(query.dimensions)),
            f"'{source.value}' AS source",
            *(
                f"{self._counted(rows, row, source)} AS {row.name}"
                if source_of(row, query) is source
                else f"NULL AS {row.name}"
                for row in sums
            ),
        ]
        grouping = " GROUP BY ALL" if query.dimensions else ""
        return f"SELECT {', '.join(columns)} FROM {rows.of(source, tree)}{grouping}"  # noqa: S608

    def _counted(self, rows: Rows, counted: Sum, source: Source) -> str:
        if source is Source.STAYS:
            return counted.over_stays
        if source is Source.LOADS:
            percentile = self.dialect.percentile(counted.of, counted.part)
            return counted.over_loads.format(percentile=percentile)
        if source is Source.VISITS:
            return self._over_visits(rows, counted)
        if counted is VISITOR_SUM and source is Source.EVENTS and rows.query.sees_single_pages:
            return VISITORS_OF_PAGE
        return self._over_events(rows.query, counted)

    def _over_visits(self, rows: Rows, counted: Sum) -> str:
        if counted.part:
            percentile = self.dialect.percentile(counted.of, counted.part)
            return counted.over_visits.format(percentile=percentile)
        if "{entered}" not in counted.over_visits:
            return counted.over_visits
        # Broken down by page of entry, all visits of a row that passed the filters entered there.
        pages = () if rows.query.counts_entries else rows.query.page_filters
        entered = All(tuple(on_entry(row) for row in pages))
        return counted.over_visits.format(entered=where(entered, rows.terms))

    def _over_events(self, query: Query, counted: Sum) -> str:
        if counted.adds_up:
            return counted.over_events
        amount = amount_sql(query.reporting, self.period, self.dialect)
        paid = self._paid(query, amount)
        average = self.dialect.average(amount, paid)
        return counted.over_events.format(amount=amount, paid=paid, average=average)

    def _figure(self, metric: Metric) -> str:
        """What becomes of the sums of all parts."""
        totals = {row.name: f"{'sum' if row.adds_up else 'max'}({row.name})" for row in metric.sums}
        figure = metric.figure.format(**totals)
        if metric.places is not None:
            figure = self.dialect.half_up(figure, metric.places)
        return figure if metric.empty is None else f"coalesce({figure}, {metric.empty})"

    def _paid(self, query: Query, amount: str) -> str:
        """That an event has a revenue in the currency of its goal, or of all goals.

        Or in any that can be converted, where revenue is.
        """
        if query.reporting:
            return self._converted(query, amount)
        if not query.by_goal:
            currency = query.currency(())
            return f"revenue_currency = {self.dialect.bind(currency)}" if currency else "false"
        whens = " ".join(
            f"WHEN {self.dialect.bind(goal.name)} THEN {self.dialect.bind(goal.currency)}"
            for goal in query.goals
            if goal.currency
        )
        return f"revenue_currency = CASE goal {whens} END" if whens else "false"

    def _converted(self, query: Query, amount: str) -> str:
        if not query.earning:
            return "false"
        if not query.by_goal:
            return f"({amount}) IS NOT NULL"
        names = ", ".join(self.dialect.bind(goal.name) for goal in query.earning)
        return f"(({amount}) IS NOT NULL AND goal IN ({names}))"

    def _with_names(self, query: Query, groups: str) -> str:
        """The groups with the names of blank values, and of codes where a dimension means these."""
        named = [
            f"{self._name(row, f'd{i}')} AS d{i}"
            for i, row in enumerate(query.dimensions)
            if row.column in PLAIN
        ]
        return f"SELECT * REPLACE ({', '.join(named)}) FROM ({groups})" if named else groups  # noqa: S608

    def _name(self, dimension: Dimension, key: str) -> str:
        name = f"coalesce(nullif({key}, ''), {self.dialect.bind(dimension.blank)})"
        if not dimension.has_names:
            return name
        return f"coalesce({self.dialect.named(key, country_names())}, {name})"

    def _percent(self, share: Share, places: int) -> str:
        percent = f"1e2 * people / nullif({_base_name(share)}, 0)"
        return self.dialect.half_up(percent, places)


def _names(query: Query) -> list[str]:
    return [f"d{position}" for position, _ in enumerate(query.dimensions)]


def _base_name(share: Share) -> str:
    return f"base_{share.name.lower()}"
