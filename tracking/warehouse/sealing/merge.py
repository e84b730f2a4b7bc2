"""Merging a day's segments, and telling single visits from those of visitors who came again.

Most visits are their visitor's only one. Where that is known, visitors are counted by counting
rows, and only the others are told apart: several times faster, and exact for every filter.

It is known for a visit once its visitor's id can come no more, because salts live for two days at
most. No visit is single of a site that knows its visitors for longer. An event that comes even
later, out of the quarantine perhaps, brings all visits of its visitor back to the event table,
where none is single.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import duckdb
from django.conf import settings

from tracking.models import Event, EventLog, SealedSegment
from tracking.turns import write_transaction
from tracking.warehouse.hot import visits_of
from tracking.warehouse.sealing.manifest import live
from tracking.warehouse.sealing.rewrite import (
    find_elsewhere,
    gather,
    latest_of,
    rewrite,
    swap,
    write_merged,
)
from tracking.warehouse.sealing.seal import Changed, shares_of
from tracking.warehouse.sealing.turn import Turn

# Opening a file takes as long as counting tens of thousands of rows: of a day and of a month there
# should be few.
MOST = 5
# Two days in which a salt lives, and some time until the last hits under it are sealed.
SETTLED = timedelta(hours=49)

SINGLE_VISITS = f"""
CREATE OR REPLACE TABLE visits AS
SELECT * REPLACE (
    count(*) OVER (PARTITION BY site_id, visitor) = 1
        AND (site_id, visitor) NOT IN (SELECT (site_id, visitor) FROM elsewhere) AS single
)
FROM ({visits_of("leaving")})
"""  # noqa: S608

# Engagement is no event to count; all others of a single visit's visitor are in that visit.
SINGLE_EVENTS = """
CREATE OR REPLACE TABLE leaving AS
SELECT * REPLACE (
    name <> 'engagement' AND visit IN (SELECT visit FROM visits WHERE single)
        AND count(*) FILTER (WHERE name <> 'engagement') OVER (PARTITION BY visit, path) = 1
        AS single
)
FROM leaving
"""


def merge(connection: duckdb.DuckDBPyConnection, mine: Turn, now: datetime) -> None:
    """Merge the segments of a day, and later those of a month."""
    for segments in _grouped(live().filter(final=False), "%Y-%m-%d"):
        if latest_of(segments) < now - SETTLED and not settings.WAREHOUSE:
            # Where somebody came back after all, the next run knows it.
            with suppress(Changed):
                settle(connection, mine, segments)
        elif is_worth_it(segments):
            rewrite(connection, mine, segments)
    for segments in _grouped(live().filter(final=True), "%Y-%m"):
        if is_worth_it(segments):
            rewrite(connection, mine, segments)


def is_worth_it(segments: Sequence[SealedSegment]) -> bool:
    """Whether to merge them: there are many, or the others are a quarter of the largest.

    So a row is written only a few times until its month is one file.
    """
    sizes = [segment.size for segment in segments]
    others = sum(sizes) - max(sizes)
    return len(segments) > 1 and (len(segments) > MOST or others >= max(sizes) / 4)


def _grouped(segments: Iterable[SealedSegment], period: str) -> list[list[SealedSegment]]:
    """Those of one day or one month together."""
    groups: dict[str, list[SealedSegment]] = defaultdict(list)
    for segment in segments:
        groups[segment.day.strftime(period)].append(segment)
    return list(groups.values())


def settle(
    connection: duckdb.DuckDBPyConnection, mine: Turn, segments: Sequence[SealedSegment]
) -> None:
    """Put one segment in the place of a day's, in which single visits are known.

    Raises `Changed` where a visitor of theirs came meanwhile.
    """
    seen = EventLog.objects.values_list("last_id", flat=True).first() or 0
    left_out = gather(connection, segments)
    shares = shares_of(connection)
    if not shares:
        return
    find_elsewhere(connection, segments)
    find_single(connection)
    segment = write_merged(connection, mine, segments, shares, final=True)
    visitors = connection.execute(
        "SELECT DISTINCT site_id, visitor FROM visits ANTI JOIN elsewhere USING (site_id, visitor)"
    ).fetchall()
    with write_transaction():
        EventLog.lock()
        newer = Event.objects.filter(id__gt=seen).values_list("site_id", "visitor")
        if not set(visitors).isdisjoint(newer):
            raise Changed
        swap(segments, segment, shares, left_out)


def find_single(connection: duckdb.DuckDBPyConnection) -> None:
    """Tell single visits and events among those of `leaving`, and put the visits into `visits`.

    The table `elsewhere` has the visitors who are elsewhere too.
    """
    connection.execute(SINGLE_VISITS)
    connection.execute(SINGLE_EVENTS)
