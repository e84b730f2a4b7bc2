"""Where daily totals lie: in the database in pieces, and beside the warehouse as copies to read."""

import os
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tracking.models import Totals, TotalsChunk, TotalsTable
from tracking.warehouse.sealing import files

# A backup holds a thousand at once, and hits wait while a transaction of them is written.
CHUNK = 32 * 1024
TOGETHER = 32


def folder() -> Path:
    return files.folder() / "totals"


def keep(
    totals: Totals, name: str, figures: list[str], first: date, last: date, file: Path
) -> TotalsTable:
    """Store a Parquet file of a breakdown; nothing counts it before the totals are `counted`."""
    table = TotalsTable.objects.create(
        totals=totals,
        name=name,
        token=secrets.token_hex(16),
        figures=figures,
        first=first,
        last=last,
    )
    together = []
    for number, data in enumerate(_pieces(file)):
        together.append(TotalsChunk(table=table, number=number, data=data))
        if len(together) == TOGETHER:
            TotalsChunk.objects.bulk_create(together)
            together = []
    TotalsChunk.objects.bulk_create(together)
    return table


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while data := opened.read(CHUNK):
            yield data


def file_of(token: str) -> Path:
    """The copy of a table that this machine reads, made where there is none yet."""
    path = folder() / f"{token}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        chunks = TotalsChunk.objects.filter(table__token=token).order_by("number")
        with written.open("wb") as file:
            for data in chunks.values_list("data", flat=True).iterator(chunk_size=TOGETHER):
                file.write(data)
        written.rename(path)
    return path


def forget() -> None:
    """Remove the copies of what is no longer kept, whole or half written."""
    known = set(TotalsTable.objects.values_list("token", flat=True))
    for path in folder().glob("*"):
        if path.stem not in known or path.suffix != ".parquet":
            path.unlink(missing_ok=True)
