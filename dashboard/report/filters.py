"""Filters between the URL, the query engine and words.

In the URL a filter is one parameter `f` that reads as it means: `f=is,visit:country,DE,AT`. Several
conditions of which one must hold stand with bars between: `f=is,visit:os,iOS|is,visit:os,Mac`.
Inside a value a comma is `%2C`, a bar `%7C` and a per cent sign `%25`. All filters of a URL hold
together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dashboard.report.labels import label
from tracking.warehouse import QueryError

OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "contains_not": "does not contain",
    "matches": "matches",
    "matches_not": "does not match",
}
# What a chip calls a dimension.
DIMENSIONS = {
    "event:page": "Page",
    "event:hostname": "Hostname",
    "event:name": "Event",
    "event:goal": "Goal",
    "visit:entry_page": "Entry page",
    "visit:exit_page": "Exit page",
    "visit:source": "Source",
    "visit:channel": "Channel",
    "visit:referrer": "Referrer",
    "visit:utm_source": "UTM source",
    "visit:utm_medium": "UTM medium",
    "visit:utm_campaign": "Campaign",
    "visit:utm_content": "UTM content",
    "visit:utm_term": "UTM term",
    "visit:country": "Country",
    "visit:region": "Region",
    "visit:city": "City",
    "visit:browser": "Browser",
    "visit:browser_version": "Browser version",
    "visit:os": "System",
    "visit:os_version": "System version",
    "visit:device": "Device",
    "visit:screen": "Screen",
    "visit:language": "Language",
    "visit:bot": "Bot",
}
PROPERTY = "event:props:"
GOAL = "event:goal"
MOST = 20
ESCAPES = {"%": "%25", ",": "%2C", "|": "%7C"}


def title(dimension: str) -> str:
    """What a chip calls a dimension, a property by its own name."""
    if dimension.startswith(PROPERTY):
        return f"Property {dimension.removeprefix(PROPERTY)}"
    return DIMENSIONS[dimension]


@dataclass(frozen=True)
class Condition:
    """What must hold of a dimension; the values are alternatives."""

    operator: str
    dimension: str
    values: tuple[str, ...]

    @property
    def parameter(self) -> str:
        return ",".join([self.operator, _escaped(self.dimension), *map(_escaped, self.values)])

    @property
    def clause(self) -> list[Any]:
        """The form of the query language; what a person types to be contained may have any case."""
        comparison = self.operator.removesuffix("_not")
        typed = [{"case_sensitive": False}] if comparison == "contains" else []
        if self.dimension == GOAL and self.operator != comparison:
            # A goal is no value that an event has another instead of.
            return ["has_not_done", [comparison, GOAL, list(self.values), *typed]]
        return [self.operator, self.dimension, list(self.values), *typed]

    @property
    def alternative(self) -> list[Any]:
        """The form of the query language beside others of which one must hold."""
        is_goal = self.clause[1] == GOAL
        return ["has_done", self.clause] if is_goal else self.clause

    @property
    def property_key(self) -> str:
        """The name of the custom property that it asks for, empty for another dimension."""
        is_property = self.dimension.startswith(PROPERTY)
        return self.dimension.removeprefix(PROPERTY) if is_property else ""

    @property
    def title(self) -> str:
        return f"{title(self.dimension)} {OPERATORS[self.operator]}"

    @property
    def words(self) -> str:
        return ", ".join(label(self.dimension, value) for value in self.values)


@dataclass(frozen=True)
class Filter:
    """Conditions of which one must hold."""

    conditions: tuple[Condition, ...]

    @classmethod
    def of(cls, operator: str, dimension: str, *values: str) -> "Filter":
        return cls((Condition(operator, dimension, values),))

    @property
    def parameter(self) -> str:
        """The text in the URL."""
        return "|".join(each.parameter for each in self.conditions)

    @property
    def clause(self) -> list[Any]:
        """The form of the query language."""
        if len(self.conditions) == 1:
            return self.conditions[0].clause
        return ["or", [each.alternative for each in self.conditions]]

    @property
    def text(self) -> str:
        """The whole filter in words."""
        return " or ".join(f"{each.title} {each.words}" for each in self.conditions)


def parse(parameter: str) -> Filter:
    """The filter that a URL's `f` means; QueryError says what it cannot mean."""
    return Filter(tuple(_condition(part) for part in parameter.split("|")))


def _condition(text: str) -> Condition:
    operator, _, rest = text.partition(",")
    dimension, *values = map(unquote, rest.split(","))
    if operator not in OPERATORS:
        raise QueryError(f"The filter “{text}” does not begin with {', '.join(OPERATORS)}.")
    if dimension not in DIMENSIONS and not dimension.startswith(PROPERTY):
        raise QueryError(f"The filter “{text}” names no dimension that can be filtered by.")
    if not values:
        raise QueryError(f"The filter “{text}” has no value.")
    return Condition(operator, dimension, tuple(values))


def parse_all(parameters: Iterable[str]) -> tuple[Filter, ...]:
    """The filters of a URL, each once."""
    found = tuple(dict.fromkeys(parse(parameter) for parameter in parameters))
    if len(found) > MOST:
        raise QueryError(f"There are {len(found)} filters; at most {MOST} can hold together.")
    return found


def _escaped(value: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in value)
