"""Questions to ClickHouse: sealed rows lie there, and the hot rows of the site go along.

The hot rows come from the same mirror that the embedded engine has, with the manifest of the same
moment: so each event is there once.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.clickhouse.dialect import ClickHouseDialect
from tracking.warehouse.clickhouse.segments import counts
from tracking.warehouse.clickhouse.server import SECONDS, Sent, close, server
from tracking.warehouse.clickhouse.tables import COLUMNS, structure, table
from tracking.warehouse.clickhouse.totals import Along
from tracking.warehouse.duckdb import TOO_LARGE, TOO_LONG, check_patterns
from tracking.warehouse.engine import Engine
from tracking.warehouse.errors import QueryError
from tracking.warehouse.mirror import Mirror, Reading
from tracking.warehouse.periods import Period
from tracking.warehouse.query import Query
from tracking.warehouse.schema import Tables
from tracking.warehouse.sealing.manifest import UNITS, Share, literal, live
from tracking.warehouse.sql import Group, Statement
from tracking.warehouse.visits import Listing

NAMES = Tables(events="all_events", visits="all_visits")
WITHIN = {
    "events": "time >= {start} AND time < {end}",
    "visits": "last_time >= {start} AND first_time < {end}",
}

SENTENCES = {
    "TIMEOUT_EXCEEDED": TOO_LONG.format(seconds=SECONDS),
    "MEMORY_LIMIT_EXCEEDED": TOO_LARGE,
    "CANNOT_COMPILE_REGEXP": "A filter has a pattern that is no regular expression of RE2.",
}


class ClickHouse(Engine):
    """See `tracking.warehouse.engine.Engine`."""

    name = "clickhouse"

    def __init__(self) -> None:
        self.mirror = Mirror()
        self._is_whole = False

    def prepare(self) -> None:
        self._check_whole()
        self.mirror.read().cursor.close()

    def close(self) -> None:
        self.mirror.close()
        close()

    @contextmanager
    def asked(self, query: Query) -> Iterator["ServerReader"]:
        from clickhouse_connect.driver.exceptions import DatabaseError

        self._check_whole()
        reading = self.mirror.read(query.site_id)
        try:
            check_patterns(reading.cursor, query)
            yield ServerReader(reading)
        except DatabaseError as error:
            if error.name in SENTENCES:
                raise QueryError(SENTENCES[error.name]) from None
            raise
        finally:
            reading.cursor.close()

    def _check_whole(self) -> None:
        """Raises `ImproperlyConfigured` where sealed events lie elsewhere still."""
        if self._is_whole:
            return
        names = set(live().values_list("name", flat=True))
        if missing := names - set(counts("events", names)):
            raise ImproperlyConfigured(
                f"{len(missing)} of {len(names)} sealed segments are not in ClickHouse. Move them"
                " with manage.py warehouse_move."
            )
        self._is_whole = True


class ServerReader:
    """See `tracking.warehouse.answers.Reader`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._totals = Along(reading.cursor)

    def statement(self, query: Query, period: Period, only: list[Group] | None = None) -> Statement:
        return Statement(
            query, period, NAMES, only, ClickHouseDialect(server().reads_once), self._totals
        )

    def listing(self, query: Query) -> Listing:
        return Listing(query, NAMES, ClickHouseDialect(server().reads_once))

    def fetch(self, statement: Statement | Listing, sql: str) -> Sequence[Sequence[Any]]:
        relations = []
        sent = {name: rows for name, rows in self._totals.sent.items() if _says(sql, name)}
        for kind in COLUMNS:
            if not _says(sql, f"all_{kind}"):
                continue
            names = [name for name in COLUMNS[kind] if _says(sql, name)]
            select = f"SELECT {', '.join(names)} FROM"
            relation = f"{select} {table(kind)} WHERE {self._sealed(kind, statement)}"
            if lines := self._hot(kind, names, statement.period):
                sent[f"hot_{kind}"] = Sent(structure(kind, names), lines)
                relation += f" UNION ALL {select} hot_{kind}"
            relations.append(f"all_{kind} AS ({relation})")
        whole = f"WITH {', '.join(relations)}, {sql.removeprefix('WITH ')}"
        return server().rows(whole, statement.values, sent)

    def _sealed(self, kind: str, statement: Statement | Listing) -> str:
        """Which rows of the site and period count."""
        start, end = naive_utc(statement.period.start), naive_utc(statement.period.end)
        shares = self._reading.sealed.between(start, end)
        if not shares:
            return "false"
        first, last = statement.dialect.bind(start), statement.dialect.bind(end)
        sealed = self._reading.sealed
        conditions = [
            f"site_id = {sealed.site_id:d}",
            WITHIN[kind].format(start=first, end=last),
            counting(kind, shares),
        ]
        if sealed.reopened:
            conditions.append(f"visit NOT IN ({', '.join(map(str, sealed.reopened))})")
        return " AND ".join(conditions)

    def _hot(self, kind: str, names: list[str], period: Period) -> str:
        """The hot rows of the site and period, each as a line with a JSON array."""
        found = self._reading.cursor.execute(
            # Joined there, it takes a third of the time.
            f"SELECT string_agg(json_array({', '.join(names)})::VARCHAR, '\n') FROM hot.{kind}"  # noqa: S608
            f" WHERE site_id = $1 AND {WITHIN[kind].format(start='$2', end='$3')}",
            [self._reading.sealed.site_id, naive_utc(period.start), naive_utc(period.end)],
        )
        return found.fetchall()[0][0] or ""


def counting(kind: str, shares: Sequence[Share]) -> str:
    """That a row is in one of these segments, as far as they count."""
    whole = [share.name for share in shares if share.upto is None]
    parts = [f"segment IN ({', '.join(map(literal, whole))})"] if whole else []
    parts += [
        f"segment = {literal(share.name)} AND {UNITS[kind]} <= {share.upto:d}"
        for share in shares
        if share.upto is not None
    ]
    return f"({' OR '.join(parts)})"


def _says(sql: str, name: str) -> bool:
    """Whether SQL names it, for all that can be told from the words."""
    return re.search(rf"\b{name}\b", sql) is not None
