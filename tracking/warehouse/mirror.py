"""What questions are asked of: the hot rows of the event table, held in this process in a form made
for counting, and the sealed files that go with them.

Each reading takes only what is new: ids grow in commit order, so nothing below the highest one seen
is missed. Rows that left for sealed files are known by these files; rows that went otherwise are
noticed by `Generation.EVENTS`, which makes the mirror start again.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import NamedTuple

import duckdb
from django.db.models import Max

from tracking.models import Event, Generation, ReopenedVisit
from tracking.warehouse import hot
from tracking.warehouse.database import open_reader, transaction
from tracking.warehouse.schema import Tables
from tracking.warehouse.sealing import manifest
from tracking.warehouse.sealing.manifest import UNIT, Sealed, read

LONGEST_REST = 12 * 60 * 60.0  # seconds


class Generations(NamedTuple):
    """How often rows were removed, and how often the manifest of sealed files has changed."""

    events: int
    sealed: int

    @classmethod
    def current(cls) -> "Generations":
        rows = Generation.objects.filter(name__in=(Generation.EVENTS, Generation.SEALED))
        numbers = dict(rows.values_list("name", "number"))
        return cls(numbers.get(Generation.EVENTS, 0), numbers.get(Generation.SEALED, 0))


@dataclass(frozen=True)
class Reading:
    """Everything of one site that was committed before a moment, each event once.

    `cursor` is the reader's own and to be closed. What happens meanwhile does not change it.
    """

    cursor: duckdb.DuckDBPyConnection
    sealed: Sealed = field(default_factory=lambda: Sealed(0))

    def tables(self, start: datetime, end: datetime) -> Tables:
        """The relations for a question about start <= time < end, UTC without a zone."""
        return self.sealed.tables(start, end)


class Mirror:
    """`hot.events` and `hot.visits` in an in-memory DuckDB of this process.

    Safe to use from several threads. Opened at the first question, not at import, so that a server
    which forks its workers opens one in each.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._generation: Generations | None = None
        self._seen = 0
        self._reopened = 0
        self._followed = time.monotonic()
        self._sealed: dict[int, Sealed] = {}

    def read(self, site_id: int = 0) -> Reading:
        """All events committed before the call, with what is sealed of one site."""
        with self._lock:
            if self._connection is None:
                self._connection = open_reader()
            self._read_news(self._connection, site_id)
            cursor = self._connection.cursor()
            # Rows may leave for files while the reader counts. It keeps those that it has now: its
            # transaction begins with the first look at the tables.
            cursor.begin()
            cursor.execute("SELECT 1 FROM hot.events, hot.visits LIMIT 0")
            return Reading(cursor, self._sealed[site_id])

    def close(self) -> None:
        """Let go of the database; the next question would open another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._generation = None, None

    def _read_news(self, connection: duckdb.DuckDBPyConnection, site_id: int) -> None:
        """Read until hot rows and manifest are of one moment.

        The generation was read before the manifest and is still the same after the hot rows: so
        nothing was sealed or removed in between, and no transaction has to span them.
        """
        if self._generation:
            self._read_rows(connection)
        while (current := Generations.current()) != self._generation or (
            site_id not in self._sealed
        ):
            self._follow(connection, current)
            self._sealed[site_id] = manifest.sealed(site_id)
            self._read_rows(connection)

    def _follow(self, connection: duckdb.DuckDBPyConnection, current: Generations) -> None:
        known = self._generation
        if known is None or self._is_old() or known.events != current.events:
            with transaction(connection):
                connection.execute(hot.create("hot.events"))
                connection.execute(
                    f"CREATE OR REPLACE TABLE hot.visits AS {hot.visits_of('hot.events')}"
                )
            self._seen = 0
            self._reopened = ReopenedVisit.objects.aggregate(last=Max("pk"))["last"] or 0
        elif known.sealed != current.sealed:
            self._let_go(connection, known.sealed)
            self._take_back(connection)
        if known != current:
            self._generation, self._sealed = current, {}

    def _is_old(self) -> bool:
        """Whether what happened since may be forgotten, see `tracking.warehouse.sealing.unlink`."""
        now = time.monotonic()
        before, self._followed = self._followed, now
        return now - before > LONGEST_REST

    def _let_go(self, connection: duckdb.DuckDBPyConnection, known: int) -> None:
        """Remove the rows that left for sealed files since that generation."""
        segments = manifest.live().filter(moved_at__gt=known).values_list("name", "upto")
        with transaction(connection):
            for name, upto in segments:
                which = "true" if upto is None else f"{UNIT} <= {upto:d}"
                left = f"FROM {read('events', [name], which, ['id', 'visit'])} WHERE {which}"
                connection.execute(
                    f"DELETE FROM hot.events WHERE id IN (SELECT id {left})"  # noqa: S608
                )
                connection.execute(
                    f"DELETE FROM hot.visits WHERE visit IN (SELECT visit {left})"  # noqa: S608
                )

    def _take_back(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take in visits that came back from sealed files: their ids lie below the last one seen.

        A visit that has left again since is not found.
        """
        reopened = ReopenedVisit.objects.filter(pk__gt=self._reopened).order_by("pk")
        for key, *visit in reopened.values_list("pk", "site_id", "visitor", "visit"):
            of_visit = dict(zip(("site_id", "visitor", "visit"), visit, strict=True))
            rows = hot.chunk(Event.objects.filter(**of_visit, id__lte=self._seen))
            mine = f"visit = {of_visit['visit']:d}"
            with transaction(connection):
                connection.execute(f"DELETE FROM hot.events WHERE {mine}")  # noqa: S608
                connection.execute(hot.insert("hot.events"), [rows])
                _derive_visits(connection, mine)
            self._reopened = key

    def _read_rows(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take in the rows above the last one seen."""
        for last, rows in hot.chunks(Event.objects.all(), self._seen):
            # A transaction a chunk: what is not committed is not compressed.
            with transaction(connection):
                connection.execute(hot.insert("hot.events"), [rows])
                # Those that have an event above the last one seen.
                newer = f"SELECT visit FROM hot.events WHERE id > {self._seen:d}"  # noqa: S608
                _derive_visits(connection, f"visit IN ({newer})")
            self._seen = last


def _derive_visits(connection: duckdb.DuckDBPyConnection, which: str) -> None:
    """Make visits anew from their events."""
    connection.execute(f"DELETE FROM hot.visits WHERE {which}")  # noqa: S608
    connection.execute(f"INSERT INTO hot.visits BY NAME {hot.visits_of('hot.events', which)}")
