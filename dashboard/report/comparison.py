"""What the figures of a report are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.report import periods

DEFAULT = "previous"
TITLES = {
    "previous": "The period before",
    "year": "The same days a year before",
    "none": "Nothing",
}


@dataclass(frozen=True)
class Comparison:
    """`plain` is the query language's; `parameters` are those of the URL, none by default."""

    name: str
    title: str
    plain: str | dict[str, Any] | None
    parameters: tuple[tuple[str, str], ...]

    @property
    def can_match(self) -> bool:
        """Whether it can begin on the same day of the week as the period does."""
        return self.name in ("previous", "year")

    @property
    def matches_weekdays(self) -> bool:
        return ("match", "weekday") in self.parameters


USUAL = Comparison(DEFAULT, TITLES[DEFAULT], "previous_period", ())


def read(parameters: Mapping[str, str]) -> Comparison:
    """The comparison that a URL asks for; QueryError names what is wrong."""
    matches = periods.one_of("match", parameters.get("match") or "date", ("date", "weekday"))
    if parameters.get("with_from") or parameters.get("with_to"):
        first, last = (periods.day_of(parameters, name) for name in ("with_from", "with_to"))
        days = periods.custom(first, last)
        plain = {"mode": "custom", "date_range": days.date_range}
        return Comparison(
            "custom", days.title, plain, tuple((f"with_{k}", v) for k, v in days.parameters)
        )
    name = periods.one_of("compare", parameters.get("compare") or DEFAULT, tuple(TITLES))
    return named(name, matches == "weekday")


def named(name: str, matches_weekdays: bool = False) -> Comparison:
    mode = {"previous": "previous_period", "year": "year_over_year"}.get(name)
    asked = () if name == DEFAULT else (("compare", name),)
    if mode is None:
        return Comparison(name, TITLES[name], None, asked)
    plain = {"mode": mode, "match_day_of_week": matches_weekdays}
    matching = (("match", "weekday"),) if matches_weekdays else ()
    return Comparison(name, TITLES[name], plain, asked + matching)
