"""In which order a question wants its rows."""

from dataclasses import dataclass

from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.errors import QueryError
from tracking.warehouse.metrics import Metric

Metrics = tuple[Metric, ...]
Dimensions = tuple[Dimension, ...]


@dataclass(frozen=True)
class Order:
    """By a metric or dimension of the question; `position` counts within its kind."""

    of_dimension: bool
    position: int
    descending: bool


def read_order(plain: object, metrics: Metrics, dimensions: Dimensions) -> tuple[Order, ...]:
    """The order that a list of pairs names; raises `QueryError`.

    Without a list, time ascends, then the first metric descends.
    """
    if plain is None:
        first = Order(of_dimension=False, position=0, descending=True)
        times = [i for i, row in enumerate(dimensions) if row.scope is Scope.TIME]
        return (*(Order(True, i, descending=False) for i in times), first)
    if not isinstance(plain, list | tuple) or len(plain) > len(metrics) + len(dimensions):
        raise QueryError('The order must be a list such as [["visitors", "desc"]].')
    return tuple(_entry(entry, metrics, dimensions) for entry in plain)


def _entry(entry: object, metrics: Metrics, dimensions: Dimensions) -> Order:
    if (
        not isinstance(entry, list | tuple)
        or len(entry) != 2
        or not isinstance(entry[0], str)
        or entry[1] not in ("asc", "desc")
    ):
        raise QueryError(
            'Each entry of the order must be a pair such as ["visitors", "desc"],'
            f" not {entry!r:.100}."
        )
    name, direction = entry
    for position, asked in enumerate(metrics):
        if asked.name == name:
            return Order(False, position, direction == "desc")
    for position, by in enumerate(dimensions):
        if name == by.name or (name == "time" and by.scope is Scope.TIME):
            return Order(True, position, direction == "desc")
    raise QueryError(f"The order names {name!r}, which is not asked for.")
