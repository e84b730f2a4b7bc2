"""The filter that a person puts together in the form of the report.

The form sends a `dimension`, an `operator` and any number of values for each condition, told apart
by a number behind the name (`dimension-0`, `operator-0`, `value-0`, `dimension-1`, …). Where the
dimension is `PROPERTY`, a `property` names which. `editing` is the parameter of the filter in whose
place the new one comes.
"""

from dataclasses import replace

from django.http import QueryDict

from dashboard.report import labels
from dashboard.report.filters import PROPERTY, Condition, Filter, parse
from dashboard.report.question import Question
from tracking.warehouse import QueryError

MOST = 10


def is_sent(parameters: QueryDict) -> bool:
    """Whether a URL comes from the form."""
    return "dimension-0" in parameters


def built(question: Question, parameters: QueryDict) -> Question:
    """The question with the filter of the form; QueryError says what it cannot mean."""
    if f"dimension-{MOST}" in parameters:
        raise QueryError(f"A filter of the form has at most {MOST} conditions.")
    conditions = [_condition(parameters, number) for number in range(MOST)]
    found = tuple(each for each in conditions if each)
    kept = [each for each in question.filters if each.parameter != parameters.get("editing")]
    if found:
        # Read as if it stood in the URL, so that it is refused in the same words.
        kept.append(parse(Filter(found).parameter))
    return replace(question, filters=tuple(dict.fromkeys(kept)))


def _condition(parameters: QueryDict, number: int) -> Condition | None:
    values = [value for value in parameters.getlist(f"value-{number}") if value]
    if not values:
        return None
    dimension = parameters.get(f"dimension-{number}", "")
    if dimension == PROPERTY:
        key = parameters.get(f"property-{number}", "").strip()
        if not key:
            raise QueryError("A filter by a property needs the property's name.")
        dimension += key
    operator = parameters.get(f"operator-{number}", "is")
    return Condition(operator, dimension, tuple(labels.value(dimension, text) for text in values))
