"""Visits and ids for staged lines.

A visit is what the file calls so, of one visitor; else a visitor's events with gaps under 30
minutes, in order of time, then `sequence`, then file. As in enrichment, engagement opens no visit:
what comes before the first other event of a derived visit, or without one, is alone.
"""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from tracking.models.events import GAP
from tracking.transfer.staging import STAGED
from tracking.warehouse.schema import EVENTS, OF_VISIT

GAP_US = round(GAP.total_seconds() * 1_000_000)

# `n` counts all events from 1, those of a visit in a row and its opener first. `visit` is the
# opener's `n`, 0 where the visitor is not known. `moment` orders events as they happened.
PLACE = f"""
CREATE OR REPLACE TEMP TABLE placed AS
WITH steps AS (
    SELECT position, visitor, given, time, name <> 'engagement' AND visitor <> 0 AS opens,
        {{'time': time, 'sequence': sequence, 'position': position}} AS moment
    FROM staged ANTI JOIN repeated USING (position)
), gaps AS (
    SELECT *, given IS NULL AND
        coalesce(epoch_us(time) - epoch_us(lag(time) OVER walk) >= {GAP_US}, false) AS is_gap
    FROM steps WINDOW walk AS (PARTITION BY visitor, given ORDER BY moment)
), parts AS (
    SELECT *, sum(is_gap::INT) OVER walk AS part
    FROM gaps WINDOW walk AS (PARTITION BY visitor, given ORDER BY moment)
), openers AS (
    SELECT *, min(moment) FILTER (WHERE opens) OVER (PARTITION BY visitor, given, part) AS opener
    FROM parts
), units AS (
    SELECT *,
        if(opener IS NOT NULL AND (given IS NOT NULL OR moment >= opener), opener, moment) AS unit
    FROM openers
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY unit, moment <> unit, moment) AS n FROM units
)
SELECT position, n, time,
    if(visitor = 0, 0, min(n) OVER (PARTITION BY unit.position)) AS visit,
    (min(time) OVER (PARTITION BY unit.position))::DATE AS day
FROM numbered
"""  # noqa: S608

COLUMNS = {name: f"staged.{name}" for name in EVENTS if name in STAGED}
COLUMNS |= {name: f"opener.{name}" for name in OF_VISIT}
COLUMNS |= {
    "id": "placed.n + $before",
    "site_id": "$site::BIGINT",
    "single": "false",
    "visit": "if(placed.visit = 0, 0, placed.visit + $before)",
}

# Parameters: $before, the id before the first; $site; $day, and between which times its events
# lie. What belongs to a visit is its opener's.
LEAVING = f"""
CREATE OR REPLACE TEMP TABLE leaving AS
SELECT {", ".join(f"{COLUMNS[name]} AS {name}" for name in EVENTS)}
FROM staged
JOIN placed USING (position)
JOIN (
    SELECT n, {", ".join(OF_VISIT)} FROM staged JOIN placed USING (position)
    WHERE day = $day AND (n = visit OR visit = 0) AND staged.time BETWEEN $first AND $last
) AS opener ON opener.n = if(placed.visit = 0, placed.n, placed.visit)
WHERE placed.day = $day AND staged.time BETWEEN $first AND $last
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Day:
    """A UTC day on which visits began, and when the first and last of their events were."""

    day: date
    first: datetime
    last: datetime


def place(connection: duckdb.DuckDBPyConnection) -> list[Day]:
    """Give the staged lines their visits; returns the days, in order."""
    connection.execute(PLACE)
    days = connection.execute(
        "SELECT day, min(time), max(time) FROM placed GROUP BY day ORDER BY day"
    )
    return [Day(*row) for row in days.fetchall()]


def leave(connection: duckdb.DuckDBPyConnection, day: Day, site_id: int, before: int) -> None:
    """Make the table `leaving` of the events of a day, as `write_segment` wants it."""
    values = {"day": day.day, "first": day.first, "last": day.last}
    connection.execute(LEAVING, {**values, "before": before, "site": site_id})
