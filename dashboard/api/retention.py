"""Who came back, for programs."""

from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.stats import asked_site
from tracking.models.keys import Scope
from tracking.warehouse import QueryError, inquire
from tracking.warehouse.retention import Retention


@needs(Scope.STATS_READ)
def retention(call: Call) -> Answer:
    """`POST /api/v2/retention`."""
    site = asked_site(call, call.body)
    try:
        asked = Retention.from_json(site, call.body, user=call.key.user)
        cohorts = inquire(asked)
    except QueryError as error:
        raise ApiError(400, str(error)) from None
    return {
        "interval": asked.interval,
        "cohorts": [
            {
                "start": cohort.start.isoformat(),
                "visitors": cohort.visitors,
                "returned": list(cohort.returned),
                "complete": cohort.complete,
            }
            for cohort in cohorts
        ],
    }
