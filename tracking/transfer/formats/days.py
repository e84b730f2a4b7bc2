"""What formats of daily totals are read into, beside what other formats are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Table:
    """That a file of totals begins: a breakdown of `tracking.warehouse.imported.tables`.

    It tells of all days from `first` to `last`, also of those that it does not name, and has these
    `figures`. `number` is that of the line that says so.
    """

    number: int
    name: str
    first: date
    last: date
    figures: Sequence[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A line of it: the figures of a day for one value of its texts, by the names of the table."""

    number: int
    day: date
    texts: Mapping[str, str]
    figures: Sequence[int]
