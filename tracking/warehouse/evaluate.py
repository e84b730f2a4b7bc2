"""Filters asked of one event in memory, for what is told as it happens.

It answers as the query engines do of the dimensions that it takes: those that an event has by
itself, with the operators is and contains. What only a whole visit has, or a period, is refused.
"""

import json
from collections.abc import Callable

from tracking.models import Event
from tracking.warehouse.countries import country_names
from tracking.warehouse.dimensions import Dimension, Scope
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import (
    All,
    Any,
    Condition,
    Done,
    Filter,
    Not,
    Reached,
    asks_for_scrolling,
)
from tracking.warehouse.goals import reached
from tracking.warehouse.visits import Recorded

# An event, wherever it was read: its fields have the same names.
Holds = Callable[[Event | Recorded], bool]


def evaluator(tree: Filter) -> Holds:
    """Whether the tree holds for an event. Raises `QueryError` for a filter that it does not take.

    Engagement is asked only where a goal of the tree is reached by scrolling.
    """
    _check(tree)
    takes_engagement = asks_for_scrolling(tree)

    def holds(event: Event | Recorded) -> bool:
        if event.name == "engagement" and not takes_engagement:
            return False
        return _holds(tree, event)

    return holds


def _check(tree: Filter) -> None:
    match tree:
        case Condition(comparison, on):
            if on.scope not in (Scope.EVENT, Scope.VISIT) or on.column == "bot":
                raise QueryError(f"What is live cannot be filtered by {on.name!r}.")
            if comparison == "matches":
                raise QueryError("What is live cannot be filtered by a pattern.")
        case Done():
            raise QueryError("What is live cannot be filtered by what a visit has done.")
        case Not(of):
            _check(of)
        case All(of) | Any(of):
            for child in of:
                _check(child)


def _holds(tree: Filter, event: Event | Recorded) -> bool:
    match tree:
        case Condition():
            return _fits(tree, _value(tree.dimension, event)) != tree.negated
        case Reached(goals):
            return bool(reached(event, goals))
        case Not(of):
            return not _holds(of, event)
        case All(of):
            return all(_holds(child, event) for child in of)
        case Any(of):
            return any(_holds(child, event) for child in of)
        case _:
            raise AssertionError(tree)


def _value(on: Dimension, event: Event | Recorded) -> str | None:
    """None for a code without a name where names are asked for: none fits."""
    if on.key:
        return _property(event.props, on.key)
    value: str = getattr(event, on.column)
    if on.scope is Scope.VISIT and on.column != "channel" and value == on.blank:
        return ""
    return country_names().get(value) if value and on.has_names else value


def _property(props: str, key: str) -> str:
    try:
        found = json.loads(props or "{}")
    except ValueError:
        return ""
    value = found.get(key, "") if isinstance(found, dict) else ""
    return value if isinstance(value, str) else json.dumps(value)


def _fits(condition: Condition, text: str | None) -> bool:
    """That one of the values fits."""
    if text is None:
        return False

    def folded(part: str) -> str:
        return part if condition.case_sensitive else lower(part)

    text = folded(text)
    if condition.comparison == "contains":
        return any(folded(value) in text for value in condition.values)
    # The name shown for a blank value stands for the blank value too.
    is_blank = not text and condition.dimension.blank in condition.values
    return is_blank or text in map(folded, condition.values)


def lower(text: str) -> str:
    """In lower case letter by letter, as engines have it: none becomes two, none minds its end."""
    return "".join(letter.lower()[0] for letter in text)
