"""Records that an earlier import has added, so that a longer export of the same adds the rest.

Each record of a file of another program has a key, whose keyed hash the import keeps: 8 bytes a
record, in pieces, which count from the moment that the import is done. Where a file has records
with equal keys, the first of them has the key's hash, and the nth another one made of it.
"""

from array import array
from collections.abc import Iterator

import duckdb

from tracking.models import Import, ImportedRecords

# Hashes in a row of the database, and rows that are written at once: backups read a thousand.
PIECE = 4096
ROWS = 16

# `n` is 0 for the first of equal keys. Hashes have 60 bits, so that sums stay numbers of 64.
RANKED = """
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT position,
    xor(record, row_number() OVER (PARTITION BY record ORDER BY position) - 1) AS record
FROM staged WHERE record IS NOT NULL
"""
REPEATED = """
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT position FROM ranked SEMI JOIN known USING (record)
"""
NEW = "SELECT record FROM ranked ANTI JOIN repeated USING (position)"


def find_repeated(connection: duckdb.DuckDBPyConnection, job: Import, *, again: bool) -> int:
    """Make the table `repeated` of the staged lines that are stored already; returns how many.

    None are where they are wanted `again`.
    """
    connection.execute(RANKED)
    connection.execute("CREATE OR REPLACE TEMP TABLE known (record BIGINT)")
    for piece in () if again else _known(job):
        connection.execute("INSERT INTO known SELECT unnest($1::BIGINT[])", [piece])
    connection.execute(REPEATED)
    connection.execute("DROP TABLE known")
    return connection.execute("SELECT count(*) FROM repeated").fetchall()[0][0]


def _known(job: Import) -> Iterator[list[int]]:
    done = ImportedRecords.objects.filter(
        job__site_id=job.site_id, job__format=job.format, job__state=Import.State.DONE
    )
    for piece in done.values_list("hashes", flat=True).iterator(chunk_size=ROWS):
        hashes = array("q")
        hashes.frombytes(piece)
        yield hashes.tolist()


def keep_records(connection: duckdb.DuckDBPyConnection, job: Import) -> None:
    """Keep the records that this import adds. They count when it is done."""
    ImportedRecords.objects.filter(job=job).delete()
    rows = connection.execute(NEW)
    while some := rows.fetchmany(PIECE * ROWS):
        hashes = array("q", (record for (record,) in some))
        pieces = (hashes[start : start + PIECE] for start in range(0, len(hashes), PIECE))
        ImportedRecords.objects.bulk_create(
            ImportedRecords(job=job, hashes=piece.tobytes()) for piece in pieces
        )
