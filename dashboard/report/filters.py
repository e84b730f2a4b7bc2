"""Filters between the URL, the query engine and words.

In the URL a filter is one parameter `f` that reads as it means: `f=is,visit:country,DE,AT`. Inside
a value a comma is `%2C` and a per cent sign `%25`. All filters of a URL hold together.
"""

from collections.abc import Iterable, Mapping
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
MOST = 20


@dataclass(frozen=True)
class Filter:
    """One condition on a dimension; the values are alternatives."""

    operator: str
    dimension: str
    values: tuple[str, ...]

    @property
    def parameter(self) -> str:
        """The text in the URL."""
        values = [value.replace("%", "%25").replace(",", "%2C") for value in self.values]
        return ",".join([self.operator, self.dimension, *values])

    @property
    def clause(self) -> list[Any]:
        """The form of the query language; what a person types to be contained may have any case."""
        typed = [{"case_sensitive": False}] if self.operator.startswith("contains") else []
        return [self.operator, self.dimension, list(self.values), *typed]

    @property
    def title(self) -> str:
        return f"{DIMENSIONS[self.dimension]} {OPERATORS[self.operator]}"

    @property
    def words(self) -> str:
        return ", ".join(label(self.dimension, value) for value in self.values)


def parse(parameter: str) -> Filter:
    """The filter that a URL's `f` means; QueryError says what it cannot mean."""
    operator, _, rest = parameter.partition(",")
    dimension, *values = map(unquote, rest.split(","))
    if operator not in OPERATORS:
        raise QueryError(f"The filter “{parameter}” does not begin with {', '.join(OPERATORS)}.")
    if dimension not in DIMENSIONS:
        raise QueryError(f"The filter “{parameter}” names no dimension that can be filtered by.")
    if not values:
        raise QueryError(f"The filter “{parameter}” has no value.")
    return Filter(operator, dimension, tuple(values))


def parse_all(parameters: Iterable[str]) -> tuple[Filter, ...]:
    """The filters of a URL, each once."""
    found = tuple(dict.fromkeys(parse(parameter) for parameter in parameters))
    if len(found) > MOST:
        raise QueryError(f"There are {len(found)} filters; at most {MOST} can hold together.")
    return found


def typed(parameters: Mapping[str, str]) -> Filter | None:
    """The filter that a person typed into the form, if there is one."""
    if not parameters.get("value"):
        return None
    fields = (parameters.get("operator", "is"), parameters.get("dimension", ""))
    return parse(",".join([*fields, parameters["value"].replace("%", "%25")]))
