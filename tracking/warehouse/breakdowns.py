"""By what the sums of a day are broken down: every dimension alone, some pairs, and the time."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracking.warehouse.dimensions import DIMENSIONS, GOAL, Dimension, Scope

# The offset of every clock's local time is a multiple of it.
QUARTER = "15 MINUTE"
TIME = "time"
# What is shown together, because the one tells rows of the other apart.
PAIRS = (
    ("region", "country"),
    ("city", "country"),
    ("browser_version", "browser"),
    ("os_version", "os"),
)


@dataclass(frozen=True)
class Breakdown:
    """`columns` are those of the events, or whole visits, that rows of sums stand for."""

    name: str
    columns: tuple[str, ...] = ()
    scope: Scope = Scope.VISIT
    entry: str = ""

    @property
    def by_time(self) -> bool:
        return self.name == TIME

    @property
    def by_page(self) -> bool:
        return self.columns == ("path",)

    @property
    def of_events(self) -> bool:
        """Whether visitors and visits are those that have such an event."""
        return self.scope is Scope.EVENT

    @property
    def of_whole_visits(self) -> bool:
        return self.scope is Scope.WHOLE_VISIT

    @property
    def of_visits(self) -> tuple[str, ...] | None:
        """The columns by which visits are counted, None where they cannot be."""
        if self.of_events:
            return (self.entry,) if self.entry else None
        return self.columns

    @property
    def has_stays(self) -> bool:
        return self.by_page


def name_of(dimensions: Sequence[Dimension]) -> str:
    """The name of the breakdown, if there is one, by these dimensions."""
    if any(row.key for row in dimensions):
        return "property"
    if any(row.scope is Scope.TIME for row in dimensions):
        return TIME if len(dimensions) == 1 else "time and more"
    return " ".join(sorted(row.column for row in dimensions))


def _all() -> list[Breakdown]:
    known = [row for row in DIMENSIONS.values() if row.scope is not Scope.TIME]
    alone = {
        row.column: Breakdown(row.column, (row.column,), row.scope, row.entry)
        for row in known
        if row.name != GOAL and row.column != "bot"
    }
    pairs = [Breakdown(" ".join(sorted(pair)), tuple(sorted(pair))) for pair in PAIRS]
    return [Breakdown(""), Breakdown(TIME), *alone.values(), *pairs]


BREAKDOWNS = {row.name: row for row in _all()}
