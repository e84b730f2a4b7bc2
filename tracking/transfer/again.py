"""Visitors of a file who are stored already.

A settled segment holds visits that are surely their visitors' only ones, because visitors of hits
come no more after some days (see `tracking.warehouse.sealing.merge`). Those of files may: in a
second file.
"""

import duckdb
from django.conf import settings

from tracking.models import SealedSegment
from tracking.turns import write_transaction
from tracking.warehouse.hot import visits_of
from tracking.warehouse.sealing.manifest import live, read
from tracking.warehouse.sealing.rewrite import find_elsewhere, gather, swap, write_merged
from tracking.warehouse.sealing.seal import shares_of
from tracking.warehouse.sealing.turn import Turn

# Parameter: the site. Its visitors who are also in the file, and are not known to be elsewhere.
AGAIN = """
CREATE OR REPLACE TABLE again AS
SELECT DISTINCT visitor FROM {visits}
WHERE site_id = $1 AND ({alone}) AND visitor IN (
    SELECT visitor FROM staged ANTI JOIN repeated USING (position)
)
"""


def tell_apart(connection: duckdb.DuckDBPyConnection, mine: Turn, site_id: int) -> None:
    """See to it that no stored visit counts as its visitor's only one if a new one is `staged`."""
    if settings.WAREHOUSE:
        # Nothing is single there.
        return
    for segment in live().filter(final=True, shares__site_id=site_id):
        alone = "single"
        if segment.shares.filter(site_id=site_id, summed=True).exists():
            rest = read("rest-visits", [segment.name])
            alone += f" OR visitor NOT IN (SELECT visitor FROM {rest} WHERE site_id = {site_id:d})"  # noqa: S608
        visits = read("visits", [segment.name])
        connection.execute(AGAIN.format(visits=visits, alone=alone), [site_id])
        if connection.execute("FROM again LIMIT 1").fetchone():
            _rewrite(connection, mine, segment, site_id)


def _rewrite(
    connection: duckdb.DuckDBPyConnection, mine: Turn, segment: SealedSegment, site_id: int
) -> None:
    left_out = gather(connection, [segment])
    came = f"site_id = {site_id:d} AND visitor IN (FROM again)"
    connection.execute(f"UPDATE leaving SET single = false WHERE {came}")  # noqa: S608
    known = f"SELECT visit FROM {read('visits', [segment.name])} WHERE single"  # noqa: S608
    connection.execute(
        "CREATE OR REPLACE TABLE visits AS"  # noqa: S608
        f" SELECT * REPLACE (visit IN ({known}) AND NOT ({came}) AS single)"
        f" FROM ({visits_of('leaving')})"
    )
    shares = shares_of(connection)
    find_elsewhere(connection, [segment])
    connection.execute(f"INSERT INTO elsewhere SELECT {site_id:d}, visitor FROM again")  # noqa: S608
    replacement = write_merged(connection, mine, [segment], shares, final=True)
    with write_transaction():
        swap([segment], replacement, shares, left_out)
