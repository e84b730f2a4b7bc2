"""Lists page by page, the newest first, with cursors as in Plausible's Sites API."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from dashboard.api.errors import ApiError

DEFAULT_LIMIT = 100
MOST = 1000

Row = TypeVar("Row", bound=Model)


def page(rows: QuerySet[Row], params: QueryDict) -> tuple[list[Row], dict[str, Any]]:
    """The rows that `after`, `before` and `limit` name, and the answer's `meta`.

    In `meta`, `after` leads to the next page and `before` to the one before; None where there is
    none. Raises `ApiError`.
    """
    limit = read_limit(params.get("limit", ""))
    if before := params.get("before"):
        nearest = rows.filter(pk__gt=read_cursor("before", before)).order_by("pk")[:limit]
        found = list(reversed(nearest))
    elif after := params.get("after"):
        found = list(rows.filter(pk__lt=read_cursor("after", after)).order_by("-pk")[:limit])
    else:
        found = list(rows.order_by("-pk")[:limit])
    has_more = bool(found) and rows.filter(pk__lt=found[-1].pk).exists()
    has_fewer = bool(found) and rows.filter(pk__gt=found[0].pk).exists()
    return found, {
        "after": cursor(found[-1]) if has_more else None,
        "before": cursor(found[0]) if has_fewer else None,
        "limit": limit,
    }


def read_limit(plain: str) -> int:
    if not plain:
        return DEFAULT_LIMIT
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4 and 1 <= int(plain) <= MOST):
        raise ApiError(400, f"The parameter 'limit' must be a whole number from 1 to {MOST}.")
    return int(plain)


def cursor(row: Model) -> str:
    return urlsafe_b64encode(str(row.pk).encode()).decode().rstrip("=")


def read_cursor(name: str, plain: str) -> int:
    try:
        number = urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode("ascii")
    except ValueError:
        number = ""
    if not (number.isdigit() and len(number) <= 18):
        raise ApiError(400, f"The parameter {name!r} must be one that an answer's 'meta' gave.")
    return int(number)
