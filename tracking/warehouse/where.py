"""A tree of conditions as SQL. What a person typed is there as bound parameters alone."""

from collections.abc import Callable
from dataclasses import dataclass

from tracking.warehouse.countries import country_names
from tracking.warehouse.dialect import Dialect
from tracking.warehouse.dimensions import Dimension
from tracking.warehouse.filters import All, Any, Condition, Done, Filter, Not, Reached
from tracking.warehouse.goals import any_goal_sql


@dataclass(frozen=True)
class Terms:
    """What a tree's SQL is made of.

    `column` gives the expression that a dimension stands for, never NULL and empty where blank;
    `visits_with` gives a query of the visits that have an event for which a tree holds.
    """

    column: Callable[[Dimension], str]
    dialect: Dialect
    visits_with: Callable[[Filter], str]


def where(tree: Filter, terms: Terms) -> str:
    """The tree as a condition, which is never NULL."""
    match tree:
        case Condition():
            return _condition(tree, terms)
        case Reached(goals):
            return any_goal_sql(goals, terms.dialect)
        case Done(of):
            return f"visit IN ({terms.visits_with(of)})"
        case Not(of):
            return f"NOT {where(of, terms)}"
        case All(of):
            return f"({' AND '.join(where(child, terms) for child in of) or 'true'})"
        case Any(of):
            return f"({' OR '.join(where(child, terms) for child in of)})"


def _condition(condition: Condition, terms: Terms) -> str:
    column = terms.column(condition.dimension)
    if condition.dimension.has_names:
        # Asked of each name once, not of each row.
        names = f"{_names(terms)} WHERE {_test(condition, 'name', terms)}"
        found = f"{column} IN (SELECT code FROM {names})"  # noqa: S608
    else:
        found = _test(condition, column, terms)
    return f"NOT {found}" if condition.negated else found


def _names(terms: Terms) -> str:
    codes = {"": "", **country_names()}
    return terms.dialect.table({"code": list(codes), "name": list(codes.values())})


def _test(condition: Condition, column: str, terms: Terms) -> str:
    """That one of the values fits."""
    dialect = terms.dialect

    def lower(expression: str) -> str:
        return expression if condition.case_sensitive else dialect.lower(expression)

    if condition.comparison == "is":
        # The name shown for a blank value stands for the blank value too.
        blank = [""] if condition.dimension.blank in condition.values else []
        stored = [*condition.values, *blank]
        return f"{lower(column)} IN ({', '.join(lower(dialect.bind(value)) for value in stored)})"
    if condition.comparison == "contains":
        tests = [dialect.contains(lower(column), lower(dialect.bind(v))) for v in condition.values]
    else:
        tests = [dialect.matches(column, dialect.bind(value)) for value in condition.values]
    return f"({' OR '.join(tests)})"
