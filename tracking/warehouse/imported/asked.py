"""Which of a site's imported totals a question takes in, and else why none.

The rules are those of Plausible's Stats API: totals answer what asks for one of their breakdowns,
by days or longer steps, with filters on the same breakdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracking.models import Site, Totals
from tracking.warehouse.buckets import STEPS
from tracking.warehouse.dimensions import GOAL, Dimension, Scope
from tracking.warehouse.filters import All, Condition, Filter, Leaf, Reached, has_done, leaves
from tracking.warehouse.goals import Goal
from tracking.warehouse.imported.tables import TABLES
from tracking.warehouse.metrics import VISITORS, Metric, Share
from tracking.warehouse.periods import Period

if TYPE_CHECKING:
    from tracking.warehouse.query import Query

NONE = "no_imported_data"
OUT_OF_RANGE = "out_of_range"
INTERVAL = "unsupported_interval"
QUERY = "unsupported_query"

WARNINGS = {
    INTERVAL: "Imported totals are those of days: they are left out of shorter steps and periods.",
    QUERY: "Imported totals are left out: they are not broken down in the way that is asked for.",
}

# The properties that totals have, and the events that have them.
PROPERTIES = {
    "url": {"Outbound Link: Click", "Cloaked Link: Click", "File Download"},
    "path": {"404", "WP Form Completions"},
}
# Which breakdown has a column.
TABLE_OF = {key: table.name for table in TABLES.values() for key in table.keys}

Span = tuple[date, date]


@dataclass(frozen=True)
class Imported:
    """The totals of one import: the days that count, and the file of each breakdown."""

    service: str
    spans: tuple[Span, ...]
    tokens: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, tuple[str, ...]], ...]

    def token(self, table: str) -> str:
        return dict(self.tokens)[table]

    def sums(self, table: str) -> dict[str, str]:
        return TABLES[table].sums(dict(self.figures).get(table, ()))

    def within(self, period: Period) -> list[Span]:
        """The days that count of a period; none of one that begins or ends within a day."""
        if not period.whole_days:
            return []
        first, last = period.start.date(), period.end.date() - timedelta(days=1)
        found = [(max(first, begin), min(last, end)) for begin, end in self.spans]
        return [(begin, end) for begin, end in found if begin <= end]


@dataclass(frozen=True)
class Imports:
    """What is taken in, or the reason, one of Plausible's words, why nothing is."""

    taken: tuple[Imported, ...] = ()
    reason: str = ""

    @property
    def warning(self) -> str:
        return WARNINGS.get(self.reason, "")


def first_day(site: Site) -> date | None:
    """The first day that imported totals tell of."""
    firsts = [each.spans[0][0] for each in of_site(site) if each.spans]
    return min(firsts, default=None)


def of_site(site: Site) -> list[Imported]:
    """Read once for each `Site` that was read: a page asks about twenty questions of one."""
    known: list[Imported] | None = getattr(site, "_imported_totals", None)
    if known is None:
        found = Totals.objects.filter(site=site, counted=True).prefetch_related("tables")
        known = [_read(each) for each in found]
        site._imported_totals = known  # type: ignore[attr-defined]
    return known


def _read(totals: Totals) -> Imported:
    tables = list(totals.tables.all())
    return Imported(
        service=totals.service,
        spans=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in totals.spans),
        tokens=tuple((each.name, each.token) for each in tables),
        figures=tuple((each.name, tuple(each.figures)) for each in tables),
    )


def imports_for(site: Site, query: "Query") -> Imports:
    there = of_site(site)
    if not there:
        return Imports(reason=NONE)
    periods = [query.period, *([query.previous] if query.previous else [])]
    if query.period.whole_days and not any(one.within(p) for one in there for p in periods):
        return Imports(reason=OUT_OF_RANGE)
    if not query.period.whole_days or (query.time and query.time.column in STEPS):
        return Imports(reason=INTERVAL)
    taken = tuple(one for one in there if _answers(one, query))
    return Imports(taken) if taken else Imports(reason=QUERY)


def _answers(one: Imported, query: "Query") -> bool:
    """Whether it has all that the question, and those that its shares are of, ask for."""
    asked = [(query, query.metrics), *((base, (VISITORS,)) for base in _bases(query))]
    return all(
        (tables := tables_of(of)) and all(_has(one, table, metrics) for table in tables)
        for of, metrics in asked
    )


def _bases(query: "Query") -> "Iterator[Query]":
    for share in {row.share for row in query.metrics if row.share}:
        if share is Share.ALL:
            yield query.as_a_whole()
        else:
            whole = query.of_reachable()
            yield whole.as_a_whole() if share is Share.ALL_REACHABLE else whole


def _has(one: Imported, table: str, metrics: tuple[Metric, ...]) -> bool:
    if table not in dict(one.tokens):
        return False
    sums = one.sums(table)
    known = {row.name for metric in metrics if is_known(metric, sums) for row in metric.sums}
    return all(
        # Of an average nothing may be known, as long as no part of it is there.
        row.empty is None and not known & {part.name for part in row.sums}
        for row in metrics
        if not is_known(row, sums)
    ) and all(part.adds_up for row in metrics for part in row.sums)


def is_known(metric: Metric, sums: dict[str, str]) -> bool:
    return all(row.name in sums for row in metric.sums)


def tables_of(query: "Query") -> tuple[str, ...]:
    """The breakdowns that answer a question together; none where no totals can."""
    asked = [leaf.dimension for leaf in leaves(query.filters) if isinstance(leaf, Condition)]
    by = [row for row in query.dimensions if row.scope is not Scope.TIME and row.name != GOAL]
    if not _are_plain(query.filters) or any(row.column == "hostname" for row in by):
        return ()
    if not all(_has_property(row.key, query.filters) for row in (*asked, *by) if row.key):
        return ()
    goals = _goals(query)
    if not all(map(_is_known_goal, goals)):
        return ()
    named = {_table_of(row) for row in (*asked, *by)}
    reached = {"pages" if goal.event == "pageview" else "events" for goal in goals}
    found = named | reached
    if query.by_goal and not named:
        return tuple(sorted(found))
    return tuple(found or {"visitors"}) if len(found) <= 1 and found <= set(TABLES) else ()


def _goals(query: "Query") -> tuple[Goal, ...]:
    """Those it asks about, which are none any more where it was made the whole of another."""
    asks = query.by_goal or any(isinstance(each, Reached) for each in query.filters.of)
    return query.goals if asks else ()


def _table_of(dimension: Dimension) -> str:
    """Empty where no breakdown has it."""
    return "events" if dimension.key else TABLE_OF.get(dimension.column, "")


def _are_plain(tree: All) -> bool:
    """Whether totals can tell what the filters leave.

    They do not know what else a visit has done, nor who had any but some events.
    """
    of_names = [leaf for leaf in leaves(tree) if _is_of_name(leaf)]
    return not has_done(tree) and all(each in tree.of and _names_events(each) for each in of_names)


def _is_of_name(leaf: Leaf) -> bool:
    return isinstance(leaf, Condition) and leaf.dimension.name == "event:name"


def _names_events(leaf: Filter) -> bool:
    return (
        isinstance(leaf, Condition)
        and leaf.comparison == "is"
        and not leaf.negated
        and "pageview" not in leaf.values
    )


def _is_known_goal(goal: Goal) -> bool:
    of_event = all(goal.event in PROPERTIES.get(key, ()) for key, _ in goal.props)
    return not goal.is_scroll and of_event


def _has_property(key: str, tree: All) -> bool:
    """Whether the filters leave only events of which totals have the property."""
    having = PROPERTIES.get(key, set())
    return any(
        (isinstance(each, Reached) and {goal.event for goal in each.goals} <= having)
        or (
            isinstance(each, Condition)
            and each.dimension.name == "event:name"
            and set(each.values) <= having
        )
        for each in tree.of
    )
