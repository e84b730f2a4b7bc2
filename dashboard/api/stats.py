"""Questions about a site's visits, as Plausible's Stats API takes them."""

from typing import Any

from dashboard.api.bodies import text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.results import meta_json, query_json, results_json
from realtime.presence.online import of_five_minutes
from tracking.access import Right
from tracking.models import Site
from tracking.models.keys import Scope
from tracking.warehouse import QueryError, run
from tracking.warehouse.parse import from_json


@needs(Scope.STATS_READ)
def query(call: Call) -> Answer:
    """`POST /api/v2/query`."""
    site = asked_site(call, call.body)
    try:
        result = run(from_json(site, call.body, user=call.key.user))
    except QueryError as error:
        raise ApiError(400, str(error)) from None
    return {
        "results": results_json(result),
        "meta": meta_json(result, call.body.get("include", {})),
        "query": query_json(site.domain, call.body, result.query),
    }


@needs(Scope.STATS_READ)
def visitors_now(call: Call) -> Answer:
    """`GET /api/v1/stats/realtime/visitors`: who was there in the last five minutes, a number."""
    return of_five_minutes(asked_site(call, call.request.GET.dict()).pk)


def asked_site(call: Call, fields: dict[str, Any]) -> Site:
    """The site that `site_id` names; what is no site of the key's is 401 here, as at Plausible."""
    try:
        return call.site(text(fields, "site_id"), Right.SEE)
    except ApiError as error:
        raise ApiError(401 if error.status == 404 else error.status, str(error)) from None
