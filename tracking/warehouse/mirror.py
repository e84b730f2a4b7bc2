"""The hot rows of the event table, held in this process in a form made for counting.

Each reading takes only what is new: ids grow in commit order, so nothing below the highest one seen
is missed. Rows that went are noticed by `Generation.EVENTS`, which makes the mirror start again.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import duckdb
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast, JSONObject

from tracking.models import Event, Generation
from tracking.warehouse.schema import EVENTS, OF_VISIT

# Rows that are read and written at once: a bound on the memory that a cold start takes.
CHUNK = 20_000

# What each row is read as before it becomes one of `EVENTS`.
READ = {name: kind for name, kind in EVENTS.items() if name != "bot"}
READ |= {"props": "VARCHAR", "flags": "VARCHAR"}

ROW = "{" + ", ".join(f'"{name}": "{kind}"' for name, kind in READ.items()) + "}"

CREATE_EVENTS = "CREATE OR REPLACE TABLE hot.events ({})".format(
    ", ".join(f"{name} {kind}" for name, kind in EVENTS.items())
)

# One parameter, a JSON array of rows. Properties that are no JSON object are none.
INSERT_EVENTS = f"""
INSERT INTO hot.events BY NAME
SELECT
    row.* EXCLUDE (flags) REPLACE (
        try_cast(try_cast(row.props AS JSON) AS MAP(VARCHAR, VARCHAR)) AS props
    ),
    if(list_contains(string_split(row.flags, ','), 'bot'), 'yes', 'no') AS bot
FROM (SELECT unnest(from_json($1, '[{ROW}]')) AS row)
"""  # noqa: S608

# A visit as its events make it. Engagement alone makes none, and events of visit 0 are of none.
VISITS = f"""
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
    coalesce(arg_min(path, (time, id)) FILTER (WHERE name = 'pageview'), '') AS entry_page,
    coalesce(arg_max(path, (time, id)) FILTER (WHERE name = 'pageview'), '') AS exit_page,
    coalesce(arg_min(hostname, (time, id)) FILTER (WHERE name = 'pageview'), '') AS entry_hostname,
    coalesce(arg_max(hostname, (time, id)) FILTER (WHERE name = 'pageview'), '') AS exit_hostname,
    {", ".join(f"any_value({name}) AS {name}" for name in (*OF_VISIT, "bot"))}
FROM hot.events
WHERE name <> 'engagement' AND visit <> 0 AND visit IN (SELECT visit FROM hot.events WHERE id > $1)
GROUP BY visit
"""  # noqa: S608


class Mirror:
    """`hot.events` and `hot.visits` in an in-memory DuckDB of this process.

    Safe to use from several threads. Opened at the first question, not at import, so that a server
    which forks its workers opens one in each.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._generation = -1
        self._seen = 0

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of the caller's own that sees all events committed before the call."""
        with self._lock:
            if self._connection is None:
                self._connection = _open()
            self._read_news(self._connection)
            return self._connection.cursor()

    def close(self) -> None:
        """Let go of the database; the next question would open another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._generation, self._seen = None, -1, 0

    def _read_news(self, connection: duckdb.DuckDBPyConnection) -> None:
        # The generation first: rows that go after this line are noticed by the next reading.
        generation = Generation.current(Generation.EVENTS)
        if generation != self._generation:
            with _transaction(connection):
                connection.execute(CREATE_EVENTS)
                connection.execute(f"CREATE OR REPLACE TABLE hot.visits AS {VISITS}", [0])
            self._generation, self._seen = generation, 0
        for last, rows in _chunks(self._seen):
            # A transaction a chunk: what is not committed is not compressed.
            with _transaction(connection):
                connection.execute(INSERT_EVENTS, [rows])
                _derive_visits(connection, self._seen)
            self._seen = last


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _open() -> duckdb.DuckDBPyConnection:
    # DuckDB makes its own folder, where memory does not suffice, but not the one around it.
    spill = settings.DATA / "temp"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.QUERY_MEMORY,
            "threads": settings.QUERY_THREADS,
            # Each process has its own: the names of the files inside are the same in all.
            "temp_directory": str(spill / f"queries-{os.getpid()}"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    # Only an attached database can be compressed in memory: twenty times smaller, faster to scan.
    connection.execute("ATTACH ':memory:' AS hot (COMPRESS)")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _chunks(seen: int) -> Iterator[tuple[int, str]]:
    """The events above an id in order: the last id of each chunk, and its rows as a JSON array."""
    # The database writes the JSON: no row becomes Python objects on its way.
    row = Cast(JSONObject(**{name: name for name in READ}), TextField())
    events = Event.objects.order_by("id").annotate(row=row).values_list("id", "row")
    full = True
    while full:
        chunk = list(events.filter(id__gt=seen)[:CHUNK])
        full = len(chunk) == CHUNK
        if chunk:
            seen = chunk[-1][0]
            yield seen, f"[{','.join(row for _, row in chunk)}]"


def _derive_visits(connection: duckdb.DuckDBPyConnection, seen: int) -> None:
    """Make the visits anew that have an event above that id."""
    connection.execute(
        "DELETE FROM hot.visits WHERE visit IN (SELECT visit FROM hot.events WHERE id > $1)",
        [seen],
    )
    connection.execute(f"INSERT INTO hot.visits BY NAME {VISITS}", [seen])
