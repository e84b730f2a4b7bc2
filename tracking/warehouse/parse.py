"""From the JSON that an API client sends to a `Query`.

Keys and values are those of Plausible's Stats API v2, `POST /api/v2/query`.
"""

from datetime import datetime

from tracking.models import Site
from tracking.warehouse.errors import QueryError
from tracking.warehouse.query import MAX_LIMIT, Query

REQUIRED = ("metrics", "date_range")
KEYS = {"site_id", *REQUIRED, "dimensions", "filters", "order_by", "include", "pagination"}
# What an answer holds besides its rows, and whether imported totals are in these.
FLAGS = {"imports", "time_labels", "total_rows"}
INCLUDED = {*FLAGS, "comparisons"}


def from_json(site: Site, body: object, now: datetime | None = None, user: object = None) -> Query:
    """The question of a request's body, a decoded JSON value. Raises `QueryError`."""
    fields = object_of(body, "The request", KEYS)
    for key in REQUIRED:
        if key not in fields:
            raise QueryError(f"The request must have the key {key!r}.")
    include = object_of(fields.get("include", {}), "'include'", INCLUDED)
    for name, value in include.items():
        if name in FLAGS and not isinstance(value, bool):
            raise QueryError(f"{name!r} in 'include' must be true or false.")
    pagination = object_of(fields.get("pagination", {}), "'pagination'", {"limit", "offset"})
    query = Query.build(
        site=site,
        metrics=fields["metrics"],
        dimensions=fields.get("dimensions", []),
        filters=fields.get("filters", []),
        date_range=fields["date_range"],
        order_by=fields.get("order_by"),
        limit=pagination.get("limit", MAX_LIMIT),
        offset=pagination.get("offset", 0),
        comparison=include.get("comparisons"),
        now=now,
        user=user,
        imports=include.get("imports", False),
    )
    if include.get("time_labels") and query.time is None:
        raise QueryError("'time_labels' in 'include' needs a dimension of time.")
    return query


def object_of(plain: object, what: str, keys: set[str]) -> dict:
    """A JSON object that has no other keys; raises `QueryError` that names `what` it should be."""
    if not isinstance(plain, dict):
        raise QueryError(f"{what} must be a JSON object.")
    for key in plain:
        if key not in keys:
            raise QueryError(f"{what} has the unknown key {key!r:.100}.")
    return plain
