"""Files of daily totals into a site: gathered first, then kept and counted all at once."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from django.utils import timezone
from msgspec import json

from tracking.models import Import, Totals, TotalsTable
from tracking.transfer.days import count_days
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.days import Day, Table
from tracking.transfer.formats.format import Format, LeftOut, Refused
from tracking.transfer.formats.source import Source
from tracking.transfer.geonames import name_places
from tracking.transfer.staging import REFUSED
from tracking.turns import write_transaction
from tracking.warehouse.imported.kept import keep
from tracking.warehouse.imported.tables import TABLES

DAY = timedelta(days=1)
# Lines after which somebody hears how far it is.
LINES = 50_000
NOT_OVER = "The day is not over: export again later."
ALREADY = "The day is there already, from another import."


@dataclass(frozen=True)
class Held:
    """The days that a site has totals of already, by breakdown."""

    spans: dict[str, list[tuple[date, date]]]

    def has(self, table: str, day: date) -> bool:
        return any(first <= day <= last for first, last in self.spans.get(table, ()))


def held(job: Import) -> Held:
    spans: dict[str, list[tuple[date, date]]] = {}
    found = TotalsTable.objects.filter(totals__site_id=job.site_id, totals__counted=True)
    for name, first, last in found.values_list("name", "first", "last"):
        spans.setdefault(name, []).append((first, last))
    return Held(spans)


class Gathering:
    """The lines of a source on their way into tables `of_NAME` of a connection.

    What was gathered of the same file before, by somebody who was killed, is gathered anew.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, job: Import, scratch: Path) -> None:
        self.connection = connection
        self.job = job
        self.scratch = scratch
        self.held = held(job)
        self.today = timezone.now().astimezone(job.site.zone).date()
        self.begun: dict[str, Table] = {}
        self.figures: dict[str, list[str]] = {}
        self.rows = 0
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        for table in ("refused", "left_out"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def gather(self, chosen: Format, source: Source) -> Iterator[int]:
        """Yields now and then how many bytes of the source are read."""
        self.service = chosen.title
        refused: list[dict[str, Any]] = []
        left_out: dict[str, int] = {}
        with ExitStack() as opened:
            writer: Any = None
            table: Table | None = None
            for n, item in enumerate(chosen.read(source)):
                match item:
                    case Table():
                        table, writer = item, self._writer(item, opened)
                    case Day() if table:
                        if problem := self._problem(table, item):
                            refused.append({"line": item.number, "reason": problem})
                        else:
                            self._write(writer, table, item)
                    case Refused():
                        refused.append({"line": item.number, "reason": item.reason})
                    case LeftOut():
                        left_out[item.reason] = left_out.get(item.reason, 0) + 1
                if n % LINES == LINES - 1:
                    refused = self._refuse(refused)
                    yield source.done
        self._refuse(refused)
        for reason, lines in left_out.items():
            self.connection.execute("INSERT INTO left_out VALUES ($1, $2)", [reason, lines])
        self._load()
        yield source.done

    def _problem(self, table: Table, item: Day) -> str:
        if item.day >= self.today:
            return NOT_OVER
        return ALREADY if self.held.has(table.name, item.day) else ""

    def _path(self, name: str) -> Path:
        return self.scratch / f"{name}.csv"

    def _writer(self, table: Table, opened: ExitStack) -> Any:
        if table.name in self.begun:
            before = self.begun[table.name]
            if list(before.figures) != list(table.figures):
                raise ImportProblem("Two files of the same name have other columns.")
            first, last = min(before.first, table.first), max(before.last, table.last)
        else:
            first, last = table.first, table.last
        self.begun[table.name] = Table(table.number, table.name, first, last, table.figures)
        return csv.writer(opened.enter_context(self._path(table.name).open("a", newline="")))

    def _write(self, writer: Any, table: Table, item: Day) -> None:
        keys = TABLES[table.name].keys
        writer.writerow([item.day.isoformat(), *(item.texts[key] for key in keys), *item.figures])
        self.rows += 1

    def _refuse(self, refused: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if refused:
            self.connection.execute(REFUSED, [json.encode(refused).decode()])
        return []

    def _load(self) -> None:
        for name, table in self.begun.items():
            keys = TABLES[name].keys
            columns = [
                "'day': 'DATE'",
                *(f"'{key}': 'VARCHAR'" for key in keys),
                *(f"'{figure}': 'BIGINT'" for figure in table.figures),
            ]
            file = str(self._path(name)).replace("'", "''")
            sums = ", ".join(f"sum({figure})::BIGINT AS {figure}" for figure in table.figures)
            by = ", ".join(("day", *keys))
            self.connection.execute(
                f"CREATE OR REPLACE TABLE of_{name} AS SELECT {by}, {sums}"  # noqa: S608
                f" FROM read_csv('{file}', header = false, auto_detect = false, delim = ',',"
                " quote = '\"', escape = '\"', new_line = '\\r\\n', parallel = false,"
                f" force_not_null = [{', '.join(repr(key) for key in keys)}],"
                f" columns = {{{', '.join(columns)}}}) GROUP BY {by}"
            )
            self._path(name).unlink()

    def store(self, finish: Callable[[datetime], None]) -> None:
        """Keep it, and let it count together with what `finish` writes, or nothing of it.

        Raises `ImportProblem` where there is nothing to keep.
        """
        if not self.rows:
            raise ImportProblem("The file has no day that is over and is not there already.")
        if "places" in self.begun:
            name_places(self.connection)
        # What somebody who was killed has left.
        Totals.objects.filter(site_id=self.job.site_id, counted=False).delete()
        totals = Totals.objects.create(job=self.job, site_id=self.job.site_id, service=self.service)
        for table in self.begun.values():
            self._keep(totals, table)
        now = timezone.now()
        count_days(self.job.site, now)
        with write_transaction():
            finish(now)
            Totals.objects.filter(pk=totals.pk).update(counted=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _keep(self, totals: Totals, table: Table) -> None:
        file = self.scratch / f"{table.name}.parquet"
        target = str(file).replace("'", "''")
        by = ", ".join(("day", *TABLES[table.name].keys))
        self.connection.execute(
            f"COPY (FROM of_{table.name} ORDER BY {by}) TO '{target}'"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
        last = min(table.last, self.today - DAY)
        keep(totals, table.name, list(table.figures), table.first, last, file)
        file.unlink()


def remove(job: Import) -> bool:
    """Take all that an import brought out of the reports; whether there was anything.

    The same file may be imported again then, and so may its days from others.
    """
    removed = job.totals.delete() if hasattr(job, "totals") else None
    Import.objects.filter(pk=job.pk, format__in=Import.OF_DAYS).update(fingerprint="")
    return removed is not None
