"""The same questions asked of the warehouse, of chDB's MergeTree and of tables of PostgreSQL.

    python -m tests.bench.bench_stores [pageviews] [folder]

Takes the large site of `bench_warehouse`, with 1,000,000 pageviews unless said, and copies its
events and visits into the other two. All three must give the same answers. Prints the median of the
times they take for 30 days, unfiltered and with one and three filters.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import django

from tests.bench.bench_warehouse import milliseconds

TIMES = 5
COUNTRIES = ["is", "visit:country", ["DE", "AT"]]
DESKTOP = ["is", "visit:device", ["Desktop"]]
PAGES = ["contains", "event:page", ["/page/1"]]
IN_SQL = {
    "visit:country": "country IN ('DE', 'AT')",
    "visit:device": "device = 'Desktop'",
    "event:page": "position('/page/1' IN path) > 0",
}
FILTERS: tuple[list, ...] = ([], [COUNTRIES], [COUNTRIES, DESKTOP, PAGES])
# What visitors are broken down by, and the column.
QUESTIONS = {
    "visitors": "",
    "sources": "visit:source",
    "cities": "visit:city",
    "pages": "event:page",
}
COLUMN = {"visit:source": "source", "visit:city": "city", "event:page": "path"}
BLANK = {"visit:source": "Direct / None"}
BLANK_COLUMN = "''"
# Of the columns, those that are asked for: wider rows would be slower still.
NARROW = (
    *("site_id", "visit", "visitor", "time", "first_time", "last_time", "bot"),
    *("path", "source", "city", "country", "device"),
)
KINDS = {"BIGINT": "bigint", "TIMESTAMP": "timestamp", "BOOLEAN": "boolean"}

Answer = dict[str, int]


def question(site, dimension: str, filters: list):  # type: ignore[no-untyped-def]
    from tests.bench.generated import NOW
    from tracking.warehouse import Query

    by = [dimension] if dimension else []
    return Query.build(site, ["visitors"], by, filters, "30d", now=NOW)


def ask_warehouse(query) -> Answer:  # type: ignore[no-untyped-def]
    from tracking.warehouse import run

    return {row.dimensions[0] if row.dimensions else "": row.metrics[0] for row in run(query).rows}  # type: ignore[misc]


def ask_chdb(query) -> Answer:  # type: ignore[no-untyped-def]
    from tracking.warehouse.clickhouse.dialect import ClickHouseDialect
    from tracking.warehouse.clickhouse.server import server
    from tracking.warehouse.clickhouse.tables import table
    from tracking.warehouse.schema import Tables
    from tracking.warehouse.sql import Statement

    names = Tables(events=table("events"), visits=table("visits"))
    statement = Statement(query, query.period, names, dialect=ClickHouseDialect(reads_once=False))
    rows = server().rows(statement.rows(page=True), statement.values)
    return {row[0] if query.dimensions else "": row[-2] for row in rows}


def ask_postgres(connection, query) -> Answer:  # type: ignore[no-untyped-def]
    from tracking.warehouse.buckets import naive_utc

    dimension = query.dimensions[0].name if query.dimensions else ""
    first, last, table = ("time", "time", "events")
    if not query.asks_about_events:
        first, last, table = ("first_time", "last_time", "visits")
    conditions = [
        *("site_id = %s", f"{last} >= %s", f"{first} < %s", "bot = 'no'"),
        *(IN_SQL[row.dimension.name] for row in query.filters.of),
    ]
    found = connection.execute(
        f"SELECT {COLUMN.get(dimension, BLANK_COLUMN)}, count(DISTINCT visitor) FROM {table}"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} GROUP BY 1",
        [query.site_id, naive_utc(query.period.start), naive_utc(query.period.end)],
    ).fetchall()
    return {name or BLANK.get(dimension, ""): visitors for name, visitors in found}


def fill_chdb(folder: Path) -> None:
    from django.test import override_settings

    from tracking.warehouse.clickhouse.server import server
    from tracking.warehouse.clickhouse.tables import COLUMNS, table
    from tracking.warehouse.sealing import files
    from tracking.warehouse.sealing.manifest import live

    with override_settings(WAREHOUSE=f"chdb://{folder}"):
        server()
    for kind, columns in COLUMNS.items():
        for name in live().values_list("name", flat=True):
            server().insert(table(kind), list(columns), files.path(kind, name), name)
        server().command(f"OPTIMIZE TABLE {table(kind)} FINAL")


def fill_postgres(connection, folder: Path) -> None:  # type: ignore[no-untyped-def]
    from tracking.warehouse.database import writer
    from tracking.warehouse.schema import EVENTS, VISITS
    from tracking.warehouse.sealing.manifest import live, read

    names = list(live().values_list("name", flat=True))
    for kind, schema, moment in (("events", EVENTS, "time"), ("visits", VISITS, "last_time")):
        columns = [name for name in NARROW if name in schema]
        kinds = [f"{name} {KINDS.get(schema[name], 'text')}" for name in columns]
        connection.execute(f"CREATE TABLE {kind} ({', '.join(kinds)})")
        file = folder / f"{kind}.csv"
        with writer("stores") as reader:
            chosen = f"SELECT {', '.join(columns)} FROM {read(kind, names)}"  # noqa: S608
            reader.execute(f"COPY ({chosen}) TO '{file}' (HEADER false, FORCE_QUOTE *)")
        into = f"COPY {kind} FROM STDIN (FORMAT csv)"
        with file.open("rb") as rows, connection.cursor().copy(into) as copy:
            while part := rows.read(1 << 20):
                copy.write(part)
        connection.execute(f"CREATE INDEX ON {kind} (site_id, {moment})")
        connection.execute(f"VACUUM ANALYZE {kind}")


def print_times(asked: str, stores: dict[str, Callable[[], Answer]]) -> None:
    answers = {name: ask() for name, ask in stores.items()}
    if len({tuple(sorted(answer.items())) for answer in answers.values()}) > 1:
        sys.exit(f"{asked}: the answers differ: {answers!r:.2000}")
    times = {name: median(milliseconds(ask) for _ in range(TIMES)) for name, ask in stores.items()}
    print(f"{asked:24}" + "".join(f"{took:>14,.0f}" for took in times.values()), flush=True)


def main(pageviews: int, folder: Path) -> None:
    import psycopg
    from django.core.management import call_command

    from tests.bench.generated import fill
    from tests.on_postgres import postgres
    from tracking.models import Site

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        fill(pageviews)
    site = Site.objects.order_by("pk")[0]
    with (
        tempfile.TemporaryDirectory() as temporary,
        postgres() as address,
        psycopg.connect(address, autocommit=True) as connection,
    ):
        fill_postgres(connection, Path(temporary))
        fill_chdb(Path(temporary) / "chdb")
        print(f"{'ms, number of filters':24}{'warehouse':>14}{'chDB':>14}{'PostgreSQL':>14}")
        for name, dimension in QUESTIONS.items():
            for filters in FILTERS:
                query = question(site, dimension, filters)
                print_times(
                    f"{name}, {len(filters)}",
                    {
                        "warehouse": lambda query=query: ask_warehouse(query),  # type: ignore[misc]
                        "chDB": lambda query=query: ask_chdb(query),  # type: ignore[misc]
                        "PostgreSQL": lambda query=query: ask_postgres(connection, query),  # type: ignore[misc]
                    },
                )


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["FOOTFALL_DATA"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ.setdefault("FOOTFALL_SECRET_KEY", "bench")
        django.setup()
        main(rows, folder)
