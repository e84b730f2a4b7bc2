"""What visitors do one thing after another: `/api/v2/funnel` and `/api/v2/journey`."""

from typing import Any

from dashboard.api.behaviour_schemas import MOST_STOPS
from dashboard.api.bodies import known
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.results import period_json
from dashboard.api.stats import asked_site
from tracking.models import Site
from tracking.models.keys import Scope
from tracking.warehouse import Query, QueryError, inquire
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import Elsewhere, Passed, read_funnel
from tracking.warehouse.journey import read_journey

ASKED = ("site_id", "date_range", "filters")


@needs(Scope.STATS_READ)
def funnel(call: Call) -> Answer:
    """`POST /api/v2/funnel`: who took some steps, one after another."""
    body = known(call.body, [*ASKED, "steps", "scope", "include"])
    site = asked_site(call, body)
    include = known(_object(body, "include"), ["comparisons", "elsewhere"])
    if not isinstance(include.get("elsewhere", False), bool):
        raise ApiError(400, "'elsewhere' in 'include' must be true or false.")
    try:
        query = _query(call, site, body, comparison=include.get("comparisons"))
        defined = Definitions(site.pk)
        asked = read_funnel(query, body.get("steps"), body.get("scope", "visitor"), defined)
        passed = inquire(asked)
        elsewhere = inquire(Elsewhere(asked)) if include.get("elsewhere") else None
    except QueryError as error:
        raise ApiError(400, str(error)) from None
    results = [
        {"name": step.name, **_figures(passed, number)} for number, step in enumerate(asked.steps)
    ]
    for row, stopped in zip(results, elsewhere or [], strict=False):
        row["elsewhere"] = [
            {"page": each.page or None, "visitors": each.visitors} for each in stopped.pages
        ]
    return {
        "results": results,
        "query": {
            **_query_json(site, body, query),
            "steps": body.get("steps"),
            "scope": asked.scope.value,
        },
    }


@needs(Scope.STATS_READ)
def journey(call: Call) -> Answer:
    """`POST /api/v2/journey`: the pages that visits saw next, or that led to something."""
    body = known(call.body, [*ASKED, "start", "path", "direction", "limit"])
    site = asked_site(call, body)
    limit = body.get("limit", 10)
    if isinstance(limit, int) and limit > MOST_STOPS:
        raise ApiError(400, f"The limit must be a whole number from 1 to {MOST_STOPS}.")
    path, direction = body.get("path", []), body.get("direction", "after")
    try:
        query = _query(call, site, body, limit=limit)
        asked = read_journey(query, body.get("start"), path, direction, Definitions(site.pk))
        stops = inquire(asked)
    except QueryError as error:
        raise ApiError(400, str(error)) from None
    return {
        "results": [
            {
                "page": stop.page or None,
                "visitors": stop.visitors,
                "visits": stop.visits,
                "share": percent(stop.visitors, stops.visitors),
            }
            for stop in stops.pages
        ],
        "meta": {"visitors": stops.visitors, "visits": stops.visits},
        "query": {
            **_query_json(site, body, query),
            "start": body.get("start"),
            "path": path,
            "direction": direction,
            "limit": limit,
        },
    }


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _figures(passed: Passed, number: int) -> dict[str, Any]:
    """Those of a step; of the period to compare with, visitors and their share of the start."""
    now = passed.visitors
    before = now[number - 1] if number else now[0]
    found: dict[str, Any] = {
        "visitors": now[number],
        "share_of_start": percent(now[number], now[0]),
        "share_of_previous": percent(now[number], before),
        "dropped": before - now[number],
    }
    if passed.earlier is not None:
        found["comparison"] = {
            "visitors": passed.earlier[number],
            "share_of_start": percent(passed.earlier[number], passed.earlier[0]),
        }
    return found


def _query(call: Call, site: Site, body: dict[str, Any], **more: Any) -> Query:
    if "date_range" not in body:
        raise QueryError("The request must have the key 'date_range'.")
    return Query.build(
        site=site,
        metrics=["visitors"],
        filters=body.get("filters", []),
        date_range=body["date_range"],
        user=call.key.user,
        **more,
    )


def _query_json(site: Site, body: dict[str, Any], query: Query) -> dict[str, Any]:
    compared = {"comparison_date_range": period_json(query.previous)} if query.previous else {}
    return {
        "site_id": site.domain,
        "date_range": period_json(query.period),
        **compared,
        "filters": body.get("filters", []),
    }


def _object(body: dict[str, Any], key: str) -> dict[str, Any]:
    found = body.get(key, {})
    if not isinstance(found, dict):
        raise ApiError(400, f"The value of {key!r} must be an object.")
    return found
