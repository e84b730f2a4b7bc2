"""Rows of the event table on their way into DuckDB, and the visits that events make."""

from collections.abc import Iterator

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from tracking.models import Event
from tracking.warehouse.dimensions import DIMENSIONS
from tracking.warehouse.schema import EVENTS, OF_VISIT, PLAIN

# Rows that are read and written at once: a bound on the memory that many take.
CHUNK = 20_000

# What each row is read as before it becomes one of `EVENTS`.
READ = {name: kind for name, kind in EVENTS.items() if name not in ("bot", "single")}
READ |= {"props": "VARCHAR", "flags": "VARCHAR"}

ROW = "{" + ", ".join(f'"{name}": "{kind}"' for name, kind in READ.items()) + "}"

# The database writes the JSON: no row becomes Python objects on its way.
AS_JSON = Cast(JSONObject(**{name: name for name in READ}), TextField())

PLAIN_TEXTS = ", ".join(
    f"if(row.{name} = '{blank}', '', row.{name}) AS {name}"
    for name, blank in {row.column: row.blank for row in DIMENSIONS.values()}.items()
    if name in PLAIN and name in OF_VISIT
)

COLUMNS = ", ".join(f"{name} {kind}" for name, kind in EVENTS.items())


def create(table: str) -> str:
    """The statement that makes an empty table of events, in the place of an older one."""
    return f"CREATE OR REPLACE TABLE {table} ({COLUMNS})"


def insert(table: str) -> str:
    """The statement that inserts events; its one parameter is a JSON array of rows."""
    # Properties that are no JSON object are none.
    return f"""
        INSERT INTO {table} BY NAME
        SELECT
            row.* EXCLUDE (flags) REPLACE (
                try_cast(try_cast(row.props AS JSON) AS MAP(VARCHAR, VARCHAR)) AS props,
                {PLAIN_TEXTS}
            ),
            if(list_contains(string_split(row.flags, ','), 'bot'), 'yes', 'no') AS bot,
            false AS single
        FROM (SELECT unnest(from_json($1, '[{ROW}]')) AS row)
    """  # noqa: S608


def chunks(events: QuerySet[Event], above: int = 0) -> Iterator[tuple[int, str]]:
    """The events above an id in order: the last id of each chunk, and its rows as a JSON array."""
    ordered = events.order_by("id").annotate(row=AS_JSON).values_list("id", "row")
    full = True
    while full:
        rows = list(ordered.filter(id__gt=above)[:CHUNK])
        full = len(rows) == CHUNK
        if rows:
            above = rows[-1][0]
            yield above, f"[{','.join(row for _, row in rows)}]"


def chunk(events: QuerySet[Event]) -> str:
    """Some events, few enough to be read at once, as a JSON array."""
    return f"[{','.join(events.annotate(row=AS_JSON).values_list('row', flat=True))}]"


def visits_of(events: str, which: str = "true") -> str:
    """The question for the visits, as `schema.VISITS` has them, that the events of a table make.

    Engagement alone makes none, and events of visit 0 are of none. `which` restricts the events and
    must take or leave all of a visit.
    """
    return f"""
        SELECT
            visit,
            any_value(site_id) AS site_id,
            arg_min(visitor, id) AS visitor,
            min(time) AS first_time,
            max(time) AS last_time,
            epoch_us(max(time)) - epoch_us(min(time)) AS duration,
            count(*) FILTER (WHERE name = 'pageview') AS pageviews,
            count(*) FILTER (WHERE name = 'pageview') = 1
                AND NOT bool_or(interactive AND name <> 'pageview') AS bounced,
            {_page("arg_min", "path")} AS entry_page,
            {_page("arg_max", "path")} AS exit_page,
            {_page("arg_min", "hostname")} AS entry_hostname,
            {_page("arg_max", "hostname")} AS exit_hostname,
            false AS single,
            {", ".join(f"any_value({name}) AS {name}" for name in (*OF_VISIT, "bot"))}
        FROM {events}
        WHERE name <> 'engagement' AND visit <> 0 AND {which}
        GROUP BY visit
    """  # noqa: S608


def _page(end: str, column: str) -> str:
    return f"coalesce({end}({column}, (time, id)) FILTER (WHERE name = 'pageview'), '')"
