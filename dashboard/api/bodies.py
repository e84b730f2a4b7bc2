"""What a request brings, read with care: its values come from anybody who has a key."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from dashboard.api.errors import ApiError

# Deeper than any question nests; what walks through a body need not mind its depth.
DEEPEST = 64


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request's body, whatever its content type says it is.

    Raises `ApiError` for what is none, or holds what cannot be stored.
    """
    try:
        value = orjson.loads(request.body)
    except RequestDataTooBig:
        raise ApiError(413, "The request is too large.") from None
    except UnreadablePostError:
        raise ApiError(400, "The request ended before its body did.") from None
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"The request's body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The request's body must be a JSON object.")
    _check(value)
    return value


def _check(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        if any(isinstance(each, str) and "\0" in each for each in level):
            raise ApiError(400, "The request's body has a text with the character U+0000.")
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise ApiError(400, f"The request's body is nested deeper than {DEEPEST} levels.")


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return (*value.keys(), *value.values())
    return value if isinstance(value, list) else ()


def known(fields: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The fields, if there are none but `keys`; else raises `ApiError`."""
    for key in fields:
        if key not in keys:
            raise ApiError(400, f"The request has the unknown key {key!r:.100}.")
    return fields


def text(fields: dict[str, Any], key: str, default: str | None = None) -> str:
    """The text of a key; raises `ApiError` for another value, and for none without a default."""
    value = fields.get(key)
    if value is None:
        value = default
    if value is None:
        raise ApiError(400, f"The request must have the key {key!r}.")
    if not isinstance(value, str):
        raise ApiError(400, f"The value of {key!r} must be a text.")
    return value
