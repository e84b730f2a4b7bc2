"""Segments in ClickHouse: how they come there, are read back for work on them, and go.

Never changed either: who wants fewer rows in one writes another. Whatever the manifest in the
database does not name counts nowhere, so nothing here has to be one step with anything else.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.conf import settings
from django.db import OperationalError

from tracking.warehouse.clickhouse.server import server
from tracking.warehouse.clickhouse.tables import COLUMNS, on_cluster, stored, table
from tracking.warehouse.sealing import files

# Rows of a Parquet file that are sent at once, in DuckDB's row groups of 122,880.
ROW_GROUPS = 2
# One ALTER names so many partitions at most.
PARTITIONS = 100


class Missing(OperationalError):
    """A segment that the manifest names is not in ClickHouse, or was removed meanwhile."""


def put(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Copy a segment's files to ClickHouse, where none of its rows may be yet.

    Killed in between, a part of it is there; `remove` it then.
    """
    attempt = secrets.token_hex(8)
    for kind in COLUMNS:
        with _parts(connection, kind, name) as parts:
            for number, part in enumerate(parts):
                token = f"{name}/{kind}/{number}/{attempt}"
                server().insert(table(kind), ["segment", *COLUMNS[kind]], part, token)


@contextmanager
def _parts(connection: duckdb.DuckDBPyConnection, kind: str, name: str) -> Iterator[Sequence[Path]]:
    """A file as several that are small enough to be sent.

    Nothing is single: ClickHouse tells visitors apart fast enough, and that it need not be known
    whether somebody came again spares it to be looked up in all that there is.
    """
    folder = settings.DATA / "temp"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as to:
        connection.execute(
            f"COPY (SELECT {_literal(name)} AS segment, {', '.join(COLUMNS[kind])}"  # noqa: S608
            f" FROM (SELECT * REPLACE (false AS single)"
            f" FROM read_parquet({_literal(str(files.path(kind, name)))})))"
            f" TO {_literal(f'{to}/parts')} (FORMAT parquet, ROW_GROUPS_PER_FILE {ROW_GROUPS:d})"
        )
        yield sorted(Path(to, "parts").iterdir())


def remove(names: Collection[str]) -> None:
    """Remove segments, as far as there are any, or any part of them."""
    for kind in COLUMNS:
        there = sorted(_there(kind, names))
        for first in range(0, len(there), PARTITIONS):
            drops = [f"DROP PARTITION {_literal(n)}" for n in there[first : first + PARTITIONS]]
            server().command(f"ALTER TABLE {stored(kind)}{on_cluster()} {', '.join(drops)}")


def fetched(kind: str, names: Iterable[str], where: str, columns: Sequence[str]) -> str:
    """The rows of segments for which a condition holds, as a relation for DuckDB.

    They are copied to a file, which stays for a while: nothing in it can change. Raises `Missing`.
    """
    wanted = sorted(names)
    sql = (
        f"SELECT {', '.join(map(_sent, columns))} FROM {table(kind)}"  # noqa: S608
        f" WHERE segment IN ({', '.join(map(_literal, wanted))}) AND ({where})"
    )
    copy = files.fetched() / f"{sha256(sql.encode()).hexdigest()[:32]}.parquet"
    if not copy.exists():
        with _saved(sql, wanted) as rows:
            rows.rename(copy)
    return _relation(copy, columns)


def save(connection: duckdb.DuckDBPyConnection, kind: str, name: str, to: Path) -> None:
    """Write all rows of a segment as the file that it would have in files. Raises `Missing`."""
    sql = (
        f"SELECT {', '.join(map(_sent, COLUMNS[kind]))} FROM {table(kind)}"  # noqa: S608
        f" WHERE segment = {_literal(name)}"
    )
    with _saved(sql, [name]) as rows:
        files.save(connection, kind, _relation(rows, list(COLUMNS[kind])), to)


@contextmanager
def _saved(sql: str, names: Collection[str]) -> Iterator[Path]:
    """The rows of a question about segments, as a file that goes afterwards. Raises `Missing`."""
    files.fetched().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=files.fetched()) as beside:
        rows = Path(beside, "rows")
        server().save(sql, rows)
        # What is there afterwards was there all the time.
        if missing := set(names) - _there("events", names):
            raise Missing(f"{len(missing)} segments are not in ClickHouse")
        yield rows


def _relation(copy: Path, columns: Sequence[str]) -> str:
    """What was saved to a file, for DuckDB."""
    received = ", ".join(map(_received, columns))
    return f"(SELECT {received} FROM read_parquet({_literal(str(copy))}))"  # noqa: S608


def counts(kind: str, names: Collection[str]) -> dict[str, int]:
    """How many rows of which of these segments there are."""
    if not names:
        return {}
    rows = server().rows(
        f"SELECT segment, count(*) FROM {table(kind)}"  # noqa: S608
        f" WHERE segment IN ({', '.join(map(_literal, sorted(names)))}) GROUP BY segment",
        {},
    )
    return {str(name): count for name, count in rows}


def everything() -> set[str]:
    """All segments there are, counted or not, and whatever part of them."""
    return {
        str(name)
        for kind in COLUMNS
        for (name,) in server().rows(f"SELECT DISTINCT segment FROM {table(kind)}", {})  # noqa: S608
    }


def _there(kind: str, names: Collection[str]) -> set[str]:
    return set(counts(kind, names))


def _sent(column: str) -> str:
    if column in TIMES:
        return f"toUnixTimestamp64Micro({column}) AS {column}"
    return column


def _received(column: str) -> str:
    if column in TIMES:
        return f"make_timestamp({column}) AS {column}"
    return (
        f"if(cardinality({column}) = 0, NULL, {column}) AS {column}"
        if column == "props"
        else column
    )


TIMES = {name for kind in COLUMNS.values() for name, type_ in kind.items() if type_ == "TIMESTAMP"}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
