"""Values that a person may mean, from the visits that there are."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.report import labels
from dashboard.report.filters import DIMENSIONS, PROPERTY
from dashboard.report.formats import count
from dashboard.report.question import Question
from tracking.warehouse import Query, QueryError, inquire, run
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.properties import Properties

MOST = 8
LONGEST = 200


@dataclass(frozen=True)
class Suggestion:
    """`note` says how many visitors have the value."""

    value: str
    title: str
    note: str


def suggestions(question: Question, dimension: str, text: str, now: datetime) -> list[Suggestion]:
    """The values of a dimension that contain a text, those of most visitors first.

    Of `PROPERTY` itself, the names of the custom properties that arrived. Raises `QueryError` for a
    dimension that cannot be filtered by.
    """
    is_property = dimension.startswith(PROPERTY) and question.place.shows_goals
    if dimension not in DIMENSIONS and not is_property:
        raise QueryError(f"There is no “{dimension}” to filter by.")
    question.place.check(dimension)
    text = text.strip()[:LONGEST]
    if dimension == "event:goal":
        return _goals(question, text)
    plain = question.query
    if dimension == PROPERTY:
        asked = Query.build(metrics=["visitors"], now=now, **plain)
        found = inquire(Properties(asked, MOST, text))
        return [Suggestion(each.key, each.key, count(each.visitors)) for each in found]
    plain["filters"] = plain["filters"] + ([labels.containing(dimension, text)] if text else [])
    query = Query.build(metrics=["visitors"], dimensions=[dimension], limit=MOST, now=now, **plain)
    found = [
        Suggestion(value, labels.label(dimension, value), count(visitors or 0))
        for (value,), (visitors,) in ((row.dimensions, row.metrics) for row in run(query).rows)
    ]
    # Most events have no property of a name; that says least.
    return sorted(found, key=lambda each: is_property and each.value == labels.NONE)


def _goals(question: Question, text: str) -> list[Suggestion]:
    goals = Definitions(question.site.pk).goals
    names = [goal.name for goal in goals if text.casefold() in goal.name.casefold()]
    return [Suggestion(name, name, "") for name in sorted(names)[:MOST]]
