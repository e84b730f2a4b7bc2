"""Questions about visits: `run(Query.build(site=site, metrics=["visitors"]))`.

A `Query` is validated when it is built, an engine turns it into a `Result`. What can be asked is in
`docs/queries.md`. A starting server may `prepare()`, so that the first question is answered soon.
"""

from tracking.warehouse.engine import (
    beside,
    close,
    events,
    inquire,
    prepare,
    recorded,
    run,
    visits,
)
from tracking.warehouse.errors import QueryError
from tracking.warehouse.query import Query
from tracking.warehouse.result import Result

__all__ = [
    "Query",
    "QueryError",
    "Result",
    "beside",
    "close",
    "events",
    "inquire",
    "prepare",
    "recorded",
    "run",
    "visits",
]
