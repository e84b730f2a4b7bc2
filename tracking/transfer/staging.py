"""Where the lines of a file gather before any of them is stored: a database of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import duckdb
from django.conf import settings
from msgspec import json

from tracking.locks import alone
from tracking.models import Import
from tracking.transfer.checks import KEY, READ
from tracking.transfer.derive import Derivation, Told
from tracking.transfer.errors import ImportProblem
from tracking.transfer.reading import Block
from tracking.warehouse.database import transaction, writer
from tracking.warehouse.dimensions import DIMENSIONS
from tracking.warehouse.schema import EVENTS, OF_VISIT

THREADS = 2
FETCHED = 10_000

# An event as its file has it: where it stood there, its visit there, and a keyed hash of its key.
LATER = ("id", "site_id", "visit", "single")
STAGED = {
    "position": "BIGINT",
    "sequence": "BIGINT",
    "given": "UBIGINT",
    "record": "BIGINT",
    **{name: kind for name, kind in EVENTS.items() if name not in LATER},
}

# What was refused beside what is read as lines. It may be many: parameters are slow.
REFUSED = """
INSERT INTO refused
SELECT unnest(from_json($1, '[{"line": "BIGINT", "reason": "VARCHAR"}]'), recursive := true)
"""

TOLD = "[{" + ", ".join(f'"{name}": "VARCHAR"' for name in Told.__struct_fields__) + "}]"
TELL = f"CREATE OR REPLACE TEMP TABLE told AS SELECT unnest(from_json($1, '{TOLD}'), recursive := true)"  # noqa: E501
OF_PAGE = ("hostname", "path")


def _hashed(text: str) -> str:
    return f"('0x' || left(sha256($1 || {text}), 15))::BIGINT"


UNKNOWN = "raw.visitor = '' OR contains(coalesce(raw.flags, ''), 'no_visitor')"
VALUES = {
    "position": "number",
    "sequence": "coalesce(sequence, 0)",
    # Which of them it is does not matter, only that equal texts are equal.
    "given": "if(coalesce(raw.visit, '') = '', NULL, hash(raw.visit))",
    "record": _hashed(f"raw.{KEY}"),
    # 60 bits of a keyed hash; 0 stands for a visitor who is not known.
    "visitor": f"if({UNKNOWN}, 0, {_hashed('raw.visitor')})",
    "time": "time",
    "name": "raw.name",
    "interactive": "coalesce(interactive, true)",
    "title": "coalesce(raw.title, '')",
    "props": "if(cardinality(props) > 0, props, NULL)",
    "revenue_amount": "revenue_amount",
    "revenue_currency": "upper(coalesce(raw.revenue_currency, ''))",
    "scroll_depth": "scroll_depth",
    "engaged_ms": "engaged_ms",
    "bot": "if(contains(coalesce(raw.flags, ''), 'bot'), 'yes', 'no')",
    **{name: f"coalesce(raw.{name}, '')" for name in OF_VISIT},
    **{
        name: f"coalesce(told.{name}, raw.{name}, '')"
        for name in (*OF_PAGE, *(name for name in OF_VISIT if name in Told.__struct_fields__))
    },
    "country": "upper(coalesce(raw.country, ''))",
}
# A text that is the name of a blank one is blank; of channels, "Direct" is one.
BLANK = {row.column: row.blank for row in DIMENSIONS.values() if row.column != "channel"}
VALUES |= {
    name: f"coalesce(nullif({VALUES[name]}, '{BLANK[name]}'), '')"
    for name in (*OF_PAGE, *OF_VISIT)
    if name in BLANK
}
SOUND = " WHERE block.problem = '' AND coalesce(told.problem, '') = ''"
STAGE = (
    f"INSERT INTO staged SELECT {', '.join(VALUES[name] for name in STAGED)}"  # noqa: S608
    " FROM block LEFT JOIN told USING (key)"
    f"{SOUND} AND time < $2"
    # Rows of a day then lie together, whatever order the file has.
    " ORDER BY time"
)
# Parameter: the end. What is not before it.
NOT_BEFORE = "Events of the day before which the import ends, and of later days"
LATE = (
    f"INSERT INTO left_out SELECT '{NOT_BEFORE}', count(*) FROM block LEFT JOIN told USING (key)"  # noqa: S608
    f"{SOUND} AND time >= $1 HAVING count(*) > 0"
)
# After all that can be stored.
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def folder() -> Path:
    """Where uploaded files and staged lines lie."""
    return settings.DATA / "imports"


class Staging:
    """The staged lines of a file. Killed while they gather, the next run goes on from there."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        # What people call the number of a line.
        self.where: Callable[[int], int | str] = lambda number: number
        columns = ", ".join(f"{name} {kind}" for name, kind in STAGED.items())
        for table in (
            f"staged ({columns})",
            "refused (line BIGINT, reason VARCHAR)",
            "left_out (reason VARCHAR, lines BIGINT)",
            "done (n INT)",
        ):
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def gather(
        self,
        blocks: Iterator[Block],
        derivation: Derivation,
        key: str,
        now: datetime,
        end: datetime | None = None,
    ) -> Iterator[int]:
        """Take in the blocks that are not there yet; gives how many bytes are behind.

        What is not before the `end` is left out.
        """
        there = {n for (n,) in self.connection.execute("FROM done").fetchall()}
        new = ((n, block) for n, block in enumerate(blocks) if n not in there)
        # DuckDB lets other threads run; each has a connection of its own, and tables in it.
        with ThreadPoolExecutor(THREADS) as threads:
            workers = [
                Worker(self.connection.cursor(), derivation, key, now, end or FAR)
                for _ in range(THREADS)
            ]
            while some := list(islice(new, THREADS)):
                tasks = [
                    threads.submit(worker.take, n, block)
                    for worker, (n, block) in zip(workers, some, strict=False)
                ]
                wait(tasks)
                for task in tasks:
                    task.result()
                yield some[-1][1].done

    def refusals(self, most: int) -> list[tuple[int | str, str]]:
        """The first refused lines of the file, and why they are."""
        return list(islice(self.all_refusals(), most))

    def all_refusals(self) -> Iterator[tuple[int | str, str]]:
        rows = self.connection.execute("FROM refused ORDER BY line, reason")
        while some := rows.fetchmany(FETCHED):
            yield from ((self.where(number), reason) for number, reason in some)

    def reasons(self) -> list[tuple[str, int]]:
        """Why lines are refused, and how many for each reason, the commonest first."""
        rows = self.connection.execute(
            "SELECT reason, count(*) AS lines FROM refused GROUP BY ALL ORDER BY lines DESC, reason"
        )
        return rows.fetchall()

    def left_out(self) -> list[tuple[str, int]]:
        """What else became no events, and how many lines of it, the commonest first."""
        rows = self.connection.execute(
            "SELECT reason, sum(lines)::BIGINT AS n FROM left_out"
            " GROUP BY ALL ORDER BY n DESC, reason"
        )
        return rows.fetchall()

    def counts(self) -> tuple[int, int]:
        """How many lines wait to be stored, and how many are refused."""
        rows = self.connection.execute(
            "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM refused)"
        )
        return rows.fetchall()[0]


class Worker:
    """Takes in one block at a time."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        derivation: Derivation,
        key: str,
        now: datetime,
        end: datetime,
    ) -> None:
        self.connection = connection
        self.derivation = derivation
        self.key = key
        self.now = now
        self.end = end
        connection.execute("SET TimeZone = 'UTC'")

    def take(self, n: int, block: Block) -> None:
        connection = self.connection
        numbers = block.numbers
        values: dict[str, object] = {"text": block.text, "now": self.now}
        if isinstance(numbers, range):
            values |= {"numbers": None, "first": numbers.start, "end": numbers.stop}
        else:
            values |= {"numbers": numbers, "first": 0, "end": 0}
        connection.execute(READ, values)
        self._tell()
        with transaction(connection):
            connection.execute(STAGE, [self.key, self.end])
            connection.execute(LATE, [self.end])
            connection.execute(
                "INSERT INTO refused"
                " SELECT number, if(block.problem = '', told.problem, block.problem)"
                " FROM block LEFT JOIN told USING (key)"
                " WHERE block.problem <> '' OR told.problem <> ''"
            )
            if block.refused:
                rows = [{"line": line, "reason": reason} for line, reason in block.refused]
                connection.execute(REFUSED, [json.encode(rows).decode()])
            for reason, count in block.left_out.items():
                connection.execute("INSERT INTO left_out VALUES ($1, $2)", [reason, count])
            connection.execute("INSERT INTO done VALUES ($1)", [n])

    def _tell(self) -> None:
        rows = self.connection.execute(
            "SELECT DISTINCT key FROM block WHERE tells AND problem = ''"
        )
        told = [self.derivation.told(key) for (key,) in rows.fetchall()]
        self.connection.execute(TELL, [json.encode(told).decode()])


@contextmanager
def staging(job: Import) -> Iterator[Staging]:
    """The staged lines of a file for a site; they go when all is done. Raises `ImportProblem`."""
    path = folder() / f"{job.site_id}-{job.fingerprint[:32]}.duckdb"
    with alone(path.with_suffix(".lock")) as free:
        if not free:
            raise ImportProblem("This file is being imported right now.")
        try:
            with writer(f"import-{job.fingerprint[:16]}", at=path) as connection:
                yield Staging(connection)
        except (ImportProblem, OSError, duckdb.Error):
            # Nobody would go on with it.
            remove(path)
            raise
        remove(path)


def remove(path: Path) -> None:
    """Remove a database of staged lines, and what lies beside it."""
    for suffix in (".duckdb", ".duckdb.wal", ".lock"):
        path.with_suffix(suffix).unlink(missing_ok=True)
