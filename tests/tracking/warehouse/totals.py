"""Daily totals for tests, kept as an import keeps them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tracking.models import Import, Site, Totals
from tracking.warehouse.imported.kept import keep
from tracking.warehouse.imported.tables import TABLES

Rows = Sequence[tuple[date | str | int, ...]]


def kept(
    site: Site,
    tables: dict[str, Rows],
    spans: Sequence[tuple[str, str]],
    figures: dict[str, Sequence[str]] | None = None,
) -> Totals:
    """Totals that count on some days. A row of a table is its day, its texts and its figures."""
    job = Import.objects.create(site=site, file_name="export.zip", state=Import.State.DONE)
    totals = Totals.objects.create(
        job=job, site=site, service="Plausible", counted=True, spans=[list(span) for span in spans]
    )
    first, last = date.fromisoformat(spans[0][0]), date.fromisoformat(spans[-1][1])
    with TemporaryDirectory() as folder:
        for name, rows in tables.items():
            columns = list((figures or {}).get(name, TABLES[name].figures))
            file = Path(folder) / f"{name}.parquet"
            _write(name, columns, rows, file)
            keep(totals, name, columns, first, last, file)
    return totals


def _write(name: str, figures: list[str], rows: Rows, file: Path) -> None:
    columns = [
        "day DATE",
        *(f"{key} VARCHAR" for key in TABLES[name].keys),
        *(f"{figure} BIGINT" for figure in figures),
    ]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(columns)})")
        if rows:
            places = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO rows VALUES ({places})", rows)  # noqa: S608
        connection.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
