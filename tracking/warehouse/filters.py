"""Which events and visits a question is about: a tree of conditions, in Plausible's syntax.

    ["is", "visit:country", ["DE", "AT"]]
    ["contains", "event:page", ["/blog"], {"case_sensitive": false}]
    ["or", [["is", "visit:device", ["Mobile"]], ["not", ["matches", "event:page", ["^/shop"]]]]]

A tree holds for one event together with its visit. What a person typed reaches SQL only as bound
parameters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tracking.warehouse.dimensions import Dimension, Scope, dimension
from tracking.warehouse.errors import QueryError

OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not")
MAX_DEPTH = 10
MAX_CONDITIONS = 100
MAX_VALUES = 1000
MAX_LENGTH = 2000


@dataclass(frozen=True)
class Condition:
    """One dimension compared with values, of which one must fit (or none, where `negated`)."""

    comparison: str  # is, contains or matches
    dimension: Dimension
    values: tuple[str, ...]
    negated: bool = False
    case_sensitive: bool = True


@dataclass(frozen=True)
class All:
    of: tuple["Filter", ...]


@dataclass(frozen=True)
class Any:
    of: tuple["Filter", ...]


@dataclass(frozen=True)
class Not:
    of: "Filter"


Filter = Condition | All | Any | Not


def read_filters(plain: object) -> All:
    """The tree that a list of filters stands for; they must all hold. Raises `QueryError`."""
    tree = All(tuple(_read(item, 1) for item in _list(plain, "Filters")))
    if len(list(conditions(tree))) > MAX_CONDITIONS:
        raise QueryError(f"Filters must not have more than {MAX_CONDITIONS} conditions.")
    return tree


def conditions(tree: Filter) -> Iterator[Condition]:
    match tree:
        case Condition():
            yield tree
        case Not(of):
            yield from conditions(of)
        case All(of) | Any(of):
            for child in of:
                yield from conditions(child)


def rewritten(tree: Filter, change: Callable[[Condition], Condition]) -> Filter:
    """The same tree with each condition changed."""
    match tree:
        case Condition():
            return change(tree)
        case Not(of):
            return Not(rewritten(of, change))
        case All(of):
            return All(tuple(rewritten(child, change) for child in of))
        case Any(of):
            return Any(tuple(rewritten(child, change) for child in of))


def on_entry(condition: Condition) -> Condition:
    """The condition on a page or hostname as one on where the visit entered."""
    if not condition.dimension.entry:
        return condition
    entry = replace(
        condition.dimension, scope=Scope.WHOLE_VISIT, column=condition.dimension.entry, entry=""
    )
    return replace(condition, dimension=entry)


def _read(plain: object, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise QueryError(f"Filters must not be nested deeper than {MAX_DEPTH} levels.")
    if not isinstance(plain, list | tuple) or not plain:
        raise QueryError(
            f'A filter must be a list such as ["is", "visit:country", ["DE"]], not {plain!r:.100}.'
        )
    operator = plain[0]
    if operator in ("and", "or"):
        children = tuple(_read(item, depth + 1) for item in _children(plain, operator))
        return All(children) if operator == "and" else Any(children)
    if operator == "not":
        if len(plain) != 2:
            raise QueryError('The filter "not" must have exactly one filter after it.')
        return Not(_read(plain[1], depth + 1))
    return _condition(plain)


def _children(plain: list | tuple, operator: object) -> list | tuple:
    children = _list(plain[1] if len(plain) == 2 else None, f'The filter "{operator}"')
    if not children:
        raise QueryError(f'The filter "{operator}" must have at least one filter in its list.')
    return children


def _list(plain: object, what: str) -> list | tuple:
    if not isinstance(plain, list | tuple):
        raise QueryError(f"{what} must be a list of filters.")
    # Each level is checked for itself, so that a huge list ends before it is walked.
    if len(plain) > MAX_CONDITIONS:
        raise QueryError(f"Filters must not have more than {MAX_CONDITIONS} conditions.")
    return plain


def _condition(plain: list | tuple) -> Condition:
    operator, *rest = plain
    if operator not in OPERATORS:
        raise QueryError(f"There is no filter operator {operator!r:.100}.")
    if len(rest) not in (2, 3):
        raise QueryError(f'The filter "{operator}" must have a dimension and a list of values.')
    on = dimension(rest[0])
    if on.scope is Scope.TIME:
        raise QueryError(f"The filter on {on.name!r} is not possible: set the date range instead.")
    comparison = operator.removesuffix("_not")
    sensitive = _case_sensitive(rest[2], comparison, on) if len(rest) == 3 else True
    return Condition(comparison, on, _values(rest[1], on), comparison != operator, sensitive)


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


def sql(tree: Filter, column: Callable[[Dimension], str], bind: Callable[[object], str]) -> str:
    """The tree as a condition.

    `column` gives the expression that a dimension stands for, never NULL and empty where blank;
    `bind` takes a value and gives the name of its parameter.
    """
    match tree:
        case Condition():
            return _condition_sql(tree, column(tree.dimension), bind)
        case Not(of):
            return f"NOT {sql(of, column, bind)}"
        case All(of):
            parts = [sql(child, column, bind) for child in of]
            return f"({' AND '.join(parts) or 'true'})"
        case Any(of):
            return f"({' OR '.join(sql(child, column, bind) for child in of)})"


def _condition_sql(condition: Condition, column: str, bind: Callable[[object], str]) -> str:
    def lower(expression: str) -> str:
        return expression if condition.case_sensitive else f"lower({expression})"

    if condition.comparison == "is":
        # The name shown for a blank value stands for the blank value too.
        blank = [""] if condition.dimension.blank in condition.values else []
        stored = [*condition.values, *blank]
        found = f"{lower(column)} IN ({', '.join(lower(bind(value)) for value in stored)})"
    elif condition.comparison == "contains":
        tests = [f"contains({lower(column)}, {lower(bind(v))})" for v in condition.values]
        found = f"({' OR '.join(tests)})"
    else:
        tests = [f"regexp_matches({column}, {bind(value)})" for value in condition.values]
        found = f"({' OR '.join(tests)})"
    return f"NOT {found}" if condition.negated else found
