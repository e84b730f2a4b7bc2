"""Filters as they are written, in Plausible's syntax, made into a tree.

["is", "visit:country", ["DE", "AT"]]
["contains", "event:page", ["/blog"], {"case_sensitive": false}]
["or", [["is", "visit:device", ["Mobile"]], ["not", ["matches", "event:page", ["^/shop"]]]]]
["has_done", ["is", "event:goal", ["Signup"]]]
["is", "segment", [12]]
"""

from dataclasses import dataclass

from tracking.warehouse.definitions import Definitions
from tracking.warehouse.dimensions import GOAL, Dimension, Scope, dimension
from tracking.warehouse.errors import QueryError
from tracking.warehouse.filters import All, Any, Condition, Done, Filter, Not, Reached, leaves
from tracking.warehouse.goals import Goal

OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not")
GOAL_OPERATORS = ("is", "contains")
MAX_DEPTH = 10
MAX_CONDITIONS = 100
MAX_SEGMENTS = 10
MAX_VALUES = 1000
MAX_LENGTH = 2000


@dataclass(frozen=True)
class Place:
    """Where in a tree a filter stands: how deep, inside has_done, inside a segment."""

    depth: int = 1
    in_done: bool = False
    in_segment: bool = False

    def deeper(self, in_done: bool = False, in_segment: bool = False) -> "Place":
        return Place(self.depth + 1, self.in_done or in_done, self.in_segment or in_segment)


def read_filters(plain: object, defined: Definitions, in_segment: bool = False) -> All:
    """The tree that a list of filters stands for; they must all hold.

    `defined` knows the goals and segments they may name; those of a segment may name no segment.
    Raises `QueryError`.
    """
    reader = Reader(defined)
    tree = All(tuple(reader.all_of(_list(plain, "Filters"), Place(in_segment=in_segment))))
    if len(list(leaves(tree))) > MAX_CONDITIONS:
        raise QueryError(f"Filters must not have more than {MAX_CONDITIONS} conditions.")
    return tree


class Reader:
    def __init__(self, defined: Definitions) -> None:
        self.defined = defined
        self.segments = 0

    def all_of(self, plain: list | tuple, place: Place) -> list[Filter]:
        """Filters that must all hold. A segment among them is as if its filters stood there."""
        found: list[Filter] = []
        for item in plain:
            numbers = self._segment_numbers(item, place)
            if numbers and len(numbers) == 1:
                found += self._segment(numbers[0], place)
            else:
                found.append(self.read(item, place))
        return found

    def read(self, plain: object, place: Place) -> Filter:
        if place.depth > MAX_DEPTH:
            raise QueryError(f"Filters must not be nested deeper than {MAX_DEPTH} levels.")
        if not isinstance(plain, list | tuple) or not plain:
            raise QueryError(
                'A filter must be a list such as ["is", "visit:country", ["DE"]],'
                f" not {plain!r:.100}."
            )
        if numbers := self._segment_numbers(plain, place):
            below = place.deeper()
            return Any(tuple(All(tuple(self._segment(n, below))) for n in numbers))
        match plain[0]:
            case "and":
                return All(tuple(self.all_of(_children(plain), place.deeper())))
            case "or":
                return Any(tuple(self.read(item, place.deeper()) for item in _children(plain)))
            case "not":
                return Not(self.read(_only_child(plain), place.deeper()))
            case "has_done":
                return self._done(plain, place)
            case "has_not_done":
                return Not(self._done(plain, place))
        return self._leaf(plain, place)

    def _done(self, plain: list | tuple, place: Place) -> Done:
        if place.in_done:
            raise QueryError(f'The filter "{plain[0]}" cannot stand inside another of its kind.')
        return Done(self.read(_only_child(plain), place.deeper(in_done=True)))

    def _leaf(self, plain: list | tuple, place: Place) -> Condition | Reached:
        operator, *rest = plain
        if operator not in OPERATORS:
            raise QueryError(f"There is no filter operator {operator!r:.100}.")
        if len(rest) not in (2, 3):
            raise QueryError(f'The filter "{operator}" must have a dimension and a list of values.')
        on = dimension(rest[0])
        if on.scope is Scope.TIME:
            raise QueryError(
                f"The filter on {on.name!r} is not possible: set the date range instead."
            )
        if place.in_done and on.scope is not Scope.EVENT:
            raise QueryError(
                f"The filter on {on.name!r} cannot stand inside has_done, which is about events."
            )
        comparison = operator.removesuffix("_not")
        sensitive = _case_sensitive(rest[2], comparison, on) if len(rest) == 3 else True
        condition = Condition(
            comparison, on, _values(rest[1], on), comparison != operator, sensitive
        )
        return self._reached(condition, place) if on.name == GOAL else condition

    def _reached(self, condition: Condition, place: Place) -> Reached:
        if condition.negated or condition.comparison not in GOAL_OPERATORS:
            raise QueryError(f"The filter on {GOAL!r} knows the operators is and contains alone.")
        if place.depth > 1 and not place.in_done:
            raise QueryError(
                f"The filter on {GOAL!r} can stand inside has_done, but in no other filter."
            )
        if condition.comparison == "is":
            self._check_goals(condition)
        return Reached(tuple(goal for goal in self.defined.goals if _fits(goal, condition)))

    def _check_goals(self, condition: Condition) -> None:
        lower = not condition.case_sensitive
        names = {goal.name.lower() if lower else goal.name for goal in self.defined.goals}
        for value in condition.values:
            if (value.lower() if lower else value) not in names:
                raise QueryError(f"The goal {value!r:.100} is not one of this site's.")

    def _segment_numbers(self, plain: object, place: Place) -> list[int]:
        """The segments that a filter names, none where it is no filter on segments."""
        if not isinstance(plain, list | tuple) or len(plain) < 2 or plain[1] != "segment":
            return []
        if len(plain) != 3 or plain[0] != "is":
            raise QueryError('A filter on segments must be a list such as ["is", "segment", [12]].')
        numbers = plain[2]
        if (
            not isinstance(numbers, list | tuple)
            or not numbers
            or any(not isinstance(number, int) or isinstance(number, bool) for number in numbers)
        ):
            raise QueryError("The values of the filter on 'segment' must be whole numbers.")
        if place.in_segment:
            raise QueryError("The filter on 'segment' cannot stand inside a segment.")
        return list(numbers)

    def _segment(self, number: int, place: Place) -> list[Filter]:
        self.segments += 1
        if self.segments > MAX_SEGMENTS:
            raise QueryError(f"Filters must not name more than {MAX_SEGMENTS} segments.")
        inside = Place(place.depth, place.in_done, in_segment=True)
        return self.all_of(_list(self.defined.segment(number), f"Segment {number}"), inside)


def _fits(goal: Goal, condition: Condition) -> bool:
    def folded(text: str) -> str:
        return text if condition.case_sensitive else text.lower()

    name = folded(goal.name)
    if condition.comparison == "is":
        return name in map(folded, condition.values)
    return any(folded(value) in name for value in condition.values)


def _children(plain: list | tuple) -> list | tuple:
    children = _list(plain[1] if len(plain) == 2 else None, f'The filter "{plain[0]}"')
    if not children:
        raise QueryError(f'The filter "{plain[0]}" must have at least one filter in its list.')
    return children


def _only_child(plain: list | tuple) -> object:
    if len(plain) != 2:
        raise QueryError(f'The filter "{plain[0]}" must have exactly one filter after it.')
    return plain[1]


def _list(plain: object, what: str) -> list | tuple:
    if not isinstance(plain, list | tuple):
        raise QueryError(f"{what} must be a list of filters.")
    # Each level is checked for itself, so that a huge list ends before it is walked.
    if len(plain) > MAX_CONDITIONS:
        raise QueryError(f"Filters must not have more than {MAX_CONDITIONS} conditions.")
    return plain


def _case_sensitive(options: object, comparison: str, on: Dimension) -> bool:
    if not isinstance(options, dict) or set(options) - {"case_sensitive"}:
        raise QueryError(f"The filter on {on.name!r} knows no option besides case_sensitive.")
    sensitive = options.get("case_sensitive", True)
    if not isinstance(sensitive, bool):
        raise QueryError(f"The option case_sensitive of the filter on {on.name!r} must be a bool.")
    if comparison == "matches" and not sensitive:
        raise QueryError(
            f"The filter on {on.name!r} matches a pattern, which says (?i) itself where case does"
            " not matter; leave case_sensitive out."
        )
    return sensitive


def _values(plain: object, on: Dimension) -> tuple[str, ...]:
    if not isinstance(plain, list | tuple) or not 1 <= len(plain) <= MAX_VALUES:
        raise QueryError(f"The filter on {on.name!r} must have a list of 1 to {MAX_VALUES} values.")
    for value in plain:
        if not isinstance(value, str):
            raise QueryError(f"The values of the filter on {on.name!r} must be texts.")
        if len(value) > MAX_LENGTH:
            raise QueryError(
                f"The values of the filter on {on.name!r} must not be longer than {MAX_LENGTH}"
                " characters."
            )
        if not _storable(value):
            raise QueryError(f"The values of the filter on {on.name!r} must be valid Unicode.")
    return tuple(plain)


def _storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
