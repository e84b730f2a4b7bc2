"""What a visitor did, as one step of a funnel or the start of a journey.

{"page": "/pricing"} or {"page": "/blog/*"}, where a star stands for any text
{"event": "Signup", "props": {"plan": "pro"}}
{"goal": "Purchase"}, one of the site's
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from tracking.models.goals import validate_props
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.errors import QueryError
from tracking.warehouse.goals import Goal

KINDS = ("page", "event", "goal")
LONGEST = 500


def read_step(plain: object, defined: Definitions) -> Goal:
    """The goal that a step is, named as reports name it. Raises `QueryError`."""
    if not isinstance(plain, Mapping):
        raise QueryError(f'A step must be an object such as {{"page": "/"}}, not {plain!r:.100}.')
    kind, value = _kind_and_value(plain)
    if kind == "goal":
        found = next((goal for goal in defined.goals if goal.name == value), None)
        if found is None:
            raise QueryError(f"The goal {value!r:.100} is not one of this site's.")
        return found
    if kind == "page":
        return Goal(name=value, event="pageview", path=value)
    return Goal(name=value, event=value, props=_props(plain.get("props", {})))


def _kind_and_value(plain: Mapping) -> tuple[str, str]:
    kinds = [kind for kind in KINDS if kind in plain]
    if len(kinds) != 1 or set(plain) - {*kinds, *(["props"] if kinds == ["event"] else [])}:
        raise QueryError("A step must have one of page, event and goal; an event also props.")
    kind, value = kinds[0], plain[kinds[0]]
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST:
        raise QueryError(f"The {kind} of a step must be a text of 1 to {LONGEST} characters.")
    if "\0" in value or not _is_unicode(value):
        raise QueryError(f"The {kind} of a step must be valid Unicode.")
    if kind == "page" and not value.startswith(("/", "*")):
        raise QueryError("The page of a step must begin with a slash, or with a star.")
    if kind == "event" and value == "engagement":
        raise QueryError("Engagement is no event that a step can be.")
    return kind, value


def _props(plain: object) -> tuple[tuple[str, str], ...]:
    try:
        validate_props(plain)
    except ValidationError as error:
        raise QueryError(" ".join(error.messages)) from None
    props: dict[str, str] = dict(plain)  # type: ignore[call-overload]
    if not all(_is_unicode(text) and "\0" not in text for pair in props.items() for text in pair):
        raise QueryError("The properties of a step must be valid Unicode.")
    return tuple(sorted(props.items()))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
