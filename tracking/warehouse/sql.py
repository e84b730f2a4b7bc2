"""A question as one SQL statement.

Three sources can answer, and a statement unites those that the metrics need:

- events of the period, for what is counted in events;
- visits that were active in the period, for what is counted in visits; visits are a table of their
  own, so that none is put together while a question waits;
- the same visits once for each minute or hour in which they were active, for the charts of visitors
  and visits by minute or hour.
"""

from datetime import date
from enum import Enum

from tracking.warehouse.buckets import STEPS, naive_utc, offsets
from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.filters import All, Filter, conditions, on_entry, rewritten, sql
from tracking.warehouse.metrics import Metric
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.schema import Tables

# A text, or a bucket's key.
Key = str | date
Group = tuple[Key, ...]

HOT = Tables()


class Source(Enum):
    EVENTS = "events"
    VISITS = "visits"
    ACTIVE = "active"


def source_of(metric: Metric, query: Query) -> Source:
    """Where a metric of this question is counted."""
    if not metric.over_visits:
        return Source.EVENTS
    if not metric.over_events:
        return Source.VISITS
    if query.asks_about_events:
        return Source.EVENTS
    return Source.ACTIVE if query.time and query.time.column in STEPS else Source.VISITS


class Statement:
    """The SQL of a question over a period, and the values of its parameters.

    `tables` says where the events and visits are. `only` restricts the groups to those that another
    statement gave; not with a time dimension.
    """

    def __init__(
        self,
        query: Query,
        period: Period,
        tables: Tables = HOT,
        only: list[Group] | None = None,
    ) -> None:
        self.query = query
        self.period = period
        self.tables = tables
        self.values: dict[str, object] = {}
        self._start = self._bind(naive_utc(period.start))
        self._end = self._bind(naive_utc(period.end))
        self._site = self._bind(query.site_id)
        self._grouped = f"WITH grouped AS ({self._groups(only)})"

    def rows(self, page: bool) -> str:
        """Dimensions, metrics and the number of groups on all pages, in the question's order."""
        limit = f" LIMIT {self.query.limit:d} OFFSET {self.query.offset:d}" if page else ""
        return (
            f"{self._grouped} SELECT *, count(*) OVER () FROM grouped"  # noqa: S608
            f" ORDER BY {self._order()}{limit}"
        )

    def count(self) -> str:
        return f"{self._grouped} SELECT count(*) FROM grouped"  # noqa: S608

    def _bind(self, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def _order(self) -> str:
        asked = [
            f"{'d' if row.of_dimension else 'm'}{row.position:d}"
            f" {'DESC' if row.descending else 'ASC'} NULLS LAST"
            for row in self.query.order_by
        ]
        # Equal rows keep one order from page to page.
        return ", ".join([*asked, *self._names(), "1"])

    def _names(self) -> list[str]:
        return [f"d{position}" for position, _ in enumerate(self.query.dimensions)]

    def _groups(self, only: list[Group] | None) -> str:
        """Each source gives its metrics of a group; a group is what any of them knows."""
        names = self._names()
        sources = {source_of(row, self.query) for row in self.query.metrics}
        parts = [self._part(source) for source in Source if source in sources]
        figures = [
            f"max(m{i})" if row.empty is None else f"coalesce(max(m{i}), {row.empty})"
            for i, row in enumerate(self.query.metrics)
        ]
        columns = [*names, *(f"{figure} AS m{i}" for i, figure in enumerate(figures))]
        statement = f"SELECT {', '.join(columns)} FROM ({' UNION ALL BY NAME '.join(parts)})"  # noqa: S608
        if only and names:
            lists = [
                f"unnest({self._bind(list(keys))}::VARCHAR[])" for keys in zip(*only, strict=True)
            ]
            statement += f" WHERE ({', '.join(names)}) IN (SELECT {', '.join(lists)})"
        if names:
            statement += f" GROUP BY {', '.join(names)}"
        if self.query.counts_entries and Source.EVENTS in sources:
            # A page that visits entered before the period began has no event in it.
            statement += " HAVING bool_or(source = 'events')"
        return statement

    def _part(self, source: Source) -> str:
        tree: Filter = self.query.filters
        if source is Source.VISITS and self.query.counts_entries:
            tree = rewritten(tree, on_entry)
        if source is Source.EVENTS:
            rows = self._events(tree)
        elif source is Source.VISITS:
            rows = self._visits(tree)
        else:
            rows = f"(SELECT *, {self._moments()} AS moment FROM {self._visits(tree)})"  # noqa: S608
        columns = [
            *(f"{self._key(row, source)} AS d{i}" for i, row in enumerate(self.query.dimensions)),
            f"'{source.value}' AS source",
            *(
                f"{self._figure(row, source)} AS m{i}"
                for i, row in enumerate(self.query.metrics)
                if source_of(row, self.query) is source
            ),
        ]
        grouping = " GROUP BY ALL" if self.query.dimensions else ""
        return f"SELECT {', '.join(columns)} FROM {rows}{grouping}"  # noqa: S608

    def _figure(self, metric: Metric, source: Source) -> str:
        if source is not Source.VISITS:
            return metric.over_events
        if "{entered}" not in metric.over_visits:
            return metric.over_visits
        # Broken down by page of entry, all visits of a row that passed the filters entered there.
        pages = () if self.query.counts_entries else self.query.page_filters
        entered = All(tuple(on_entry(row) for row in pages))
        return metric.over_visits.format(entered=sql(entered, self._column, self._bind))

    def _events(self, tree: Filter) -> str:
        """The events of the period that the tree holds for, with their visits where it asks."""
        asked = [*self.query.dimensions, *(row.dimension for row in conditions(tree))]
        whole = any(row.scope is Scope.WHOLE_VISIT for row in asked)
        visits = f" JOIN {self._whole_visits()} ON whole_visit = visit" if whole else ""
        return (
            f"(SELECT * FROM {self.tables.events}{visits}"  # noqa: S608
            f" WHERE site_id = {self._site} AND time >= {self._start} AND time < {self._end}"
            f" AND name <> 'engagement'{self._people()}"
            f" AND {sql(tree, self._column, self._bind)})"
        )

    def _visits(self, tree: Filter) -> str:
        """The visits active in the period for which, or for an event of which, the tree holds."""
        if any(row.dimension.scope is Scope.EVENT for row in conditions(tree)):
            holds = f"visit IN (SELECT visit FROM {self._events(tree)})"  # noqa: S608
        else:
            holds = sql(tree, self._column, self._bind)
        return (
            f"(SELECT * FROM {self.tables.visits} WHERE {self._active()}"  # noqa: S608
            f"{self._people()} AND {holds})"
        )

    def _whole_visits(self) -> str:
        """What only visits have, under names that no event has."""
        return (
            "(SELECT visit AS whole_visit, entry_page, exit_page, entry_hostname, exit_hostname"  # noqa: S608
            f" FROM {self.tables.visits} WHERE {self._active()})"
        )

    def _active(self) -> str:
        """That a visit of the site was active in the period."""
        return f"site_id = {self._site} AND last_time >= {self._start} AND first_time < {self._end}"

    def _people(self) -> str:
        return "" if self.query.asks_about_bots else " AND bot = 'no'"

    def _column(self, dimension: Dimension) -> str:
        if dimension.key:
            return f"coalesce({dimension.column}[{self._bind(dimension.key)}], '')"
        return dimension.column

    def _key(self, dimension: Dimension, source: Source) -> str:
        """What rows are grouped by."""
        if dimension.scope is Scope.TIME:
            moment = {
                Source.EVENTS: "time",
                Source.VISITS: self._last(),
                Source.ACTIVE: "moment",
            }
            return self._bucket(dimension.column, moment[source])
        column = self._column(dimension)
        if source is Source.VISITS and dimension.entry:
            column = dimension.entry
        return f"coalesce(nullif({column}, ''), {self._bind(dimension.blank)})"

    def _last(self) -> str:
        return f"least(last_time, {self._end} - INTERVAL 1 MICROSECOND)"

    def _moments(self) -> str:
        """A moment in each step in which a visit was active, some more than once."""
        first = f"greatest(first_time, {self._start})"
        last = self._last()
        step = self.query.time.column if self.query.time else ""
        return f"unnest(list_append(range({first}, {last}, INTERVAL 1 {step}), {last}))"

    def _bucket(self, interval: str, moment: str) -> str:
        """The key of the bucket, see `tracking.warehouse.buckets`, that a moment lies in."""
        first, *changes = offsets(self.period)
        ahead = self._bind(int(first.ahead.total_seconds()))
        if changes:
            # From the latest change backwards, so that the first that fits is the right one.
            whens = " ".join(
                f"WHEN {moment} >= {self._bind(change.start)}"
                f" THEN {self._bind(int(change.ahead.total_seconds()))}"
                for change in reversed(changes)
            )
            ahead = f"CASE {whens} ELSE {ahead} END"
        local = f"date_trunc('{interval}', {moment} + to_seconds({ahead}))"
        if interval in STEPS:
            return f"{local} - to_seconds({ahead})"
        if interval == "week":
            # The first week begins with the period.
            return f"greatest({local}::DATE, {self._bind(self.period.start.date())})"
        return f"{local}::DATE"
