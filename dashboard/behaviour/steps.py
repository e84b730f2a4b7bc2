"""Steps between the URL, a form and the query engine.

In the URL a step is one parameter that reads as it means: `step=page,/pricing`,
`step=event,Signup,plan,pro` with properties and their values in turn, `step=goal,Purchase`. Inside
a value a comma is `%2C` and a per cent sign `%25`.

A form sends a `kind` and a `value` for each step, told apart by a number behind the name, and of an
event its `props` as in `plan=pro, seats=5`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.http import QueryDict

from dashboard.report.question import Question
from tracking.warehouse import Query, QueryError, run
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import MOST
from tracking.warehouse.steps import KINDS

TITLES = {"page": "Page", "event": "Event", "goal": "Goal"}
SUGGESTED = 50

# As `tracking.warehouse.steps` reads it.
Step = dict[str, Any]


def parse(parameter: str) -> Step:
    """The step that a parameter means; QueryError says what it cannot mean."""
    kind, *values = map(unquote, parameter.split(","))
    if kind not in KINDS or not values:
        raise QueryError(f"The step “{parameter:.100}” is none such as page,/pricing.")
    value, *props = values
    if not props:
        return {kind: value}
    if kind != "event" or len(props) % 2:
        raise QueryError(f"The step “{parameter:.100}” has a property without a value.")
    return {kind: value, "props": dict(zip(props[::2], props[1::2], strict=True))}


def parameter_of(step: Step) -> str:
    kind = kind_of(step)
    pairs = [text for pair in step.get("props", {}).items() for text in pair]
    return ",".join([kind, *map(_escaped, [step[kind], *pairs])])


def kind_of(step: Step) -> str:
    return next(kind for kind in KINDS if kind in step)


def title(step: Step) -> str:
    """A step in words."""
    props = ", ".join(f"{key} is {value}" for key, value in step.get("props", {}).items())
    return f"{step[kind_of(step)]} · {props}" if props else step[kind_of(step)]


def sent(parameters: QueryDict) -> list[Step]:
    """The steps of a form, those left empty apart."""
    found = []
    for number in range(MOST):
        value = parameters.get(f"value-{number}", "").strip()
        if not value:
            continue
        kind = parameters.get(f"kind-{number}", "page")
        if kind not in KINDS:
            raise QueryError(f"There is no step of the kind “{kind:.100}”.")
        step: Step = {kind: value}
        if kind == "event" and (props := _props(parameters.get(f"props-{number}", ""))):
            step["props"] = props
        found.append(step)
    return found


def is_sent(parameters: QueryDict) -> bool:
    return "value-0" in parameters


def fields(steps: Iterable[Step], least: int) -> list[dict[str, Any]]:
    """The rows of a form, with one that is empty at the end if there may be another step."""
    rows = [
        {
            "kind": kind_of(step),
            "value": step[kind_of(step)],
            "props": ", ".join(f"{key}={value}" for key, value in step.get("props", {}).items()),
        }
        for step in steps
    ]
    empty = [{"kind": "page", "value": "", "props": ""}] * (MOST - len(rows))
    shown = max(least, len(rows) + 1)
    return [{**row, "hidden": number >= shown} for number, row in enumerate([*rows, *empty])]


def suggestions(question: Question, now: datetime) -> dict[str, list[str]]:
    """What steps may be, those of most visitors first, by kind."""
    found = {"goal": [goal.name for goal in Definitions(question.site.pk).goals]}
    for kind, dimension in (("page", "event:page"), ("event", "event:name")):
        query = Query.build(
            site=question.site,
            metrics=["visitors"],
            dimensions=[dimension],
            date_range=question.period.date_range,
            limit=SUGGESTED,
            now=now,
        )
        values = [row.dimensions[0] for row in run(query).rows]
        found[kind] = [value for value in values if value != "pageview"]
    return found


def _props(text: str) -> dict[str, str]:
    props = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        key, equals, value = map(str.strip, pair.partition("="))
        if not equals or not key or not value:
            raise QueryError(f"The property “{pair:.100}” is none such as plan=pro.")
        props[key] = value
    return props


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace(",", "%2C")
