"""What the visits of each day add up to, so that questions about whole days need not read them all.

A visitor's id changes each day. Of a settled day nearly all visitors are therefore in that UTC day
alone, and in this segment alone: how many of them have some value on each of several days adds up
to how many have it at all. The sums are of these visitors. The others, who came over midnight or
were brought by files, are the *rest*: a copy of their rows lies beside the sums, to be counted one
by one.
"""

from collections.abc import Iterator

import duckdb

from tracking.models import SealedShare
from tracking.warehouse.breakdowns import BREAKDOWNS, QUARTER, Breakdown
from tracking.warehouse.metrics import SUMS, VISITOR_SUM, VISITORS_OF_PAGE
from tracking.warehouse.schema import SUMS as COLUMNS
from tracking.warehouse.sealing import files

# Fewer visits are as soon read as their sums.
FEWEST = 2_000
# Where the rest is more of the visits than this, the sums save little.
LARGEST_REST = 0.25

OUTSIDERS = """
CREATE OR REPLACE TABLE outsiders AS
SELECT DISTINCT site_id, visitor FROM (
    SELECT site_id, visitor FROM elsewhere
    UNION ALL
    SELECT site_id, visitor FROM leaving WHERE visit <> 0
    GROUP BY site_id, visitor HAVING min(time)::DATE <> max(time)::DATE
)
"""

WORTHWHILE = """
SELECT site_id FROM visits LEFT JOIN outsiders USING (site_id, visitor)
GROUP BY site_id
HAVING count(*) >= $1 AND count(outsiders.visitor) <= $2 * count(*)
"""

# Rows of the table `{0}` that the sums leave out, and those that they count.
REST = """
SELECT * FROM {0} SEMI JOIN outsiders USING (site_id, visitor)
WHERE visit <> 0 AND list_contains($1::BIGINT[], site_id)
"""
COUNTED = """
CREATE OR REPLACE TABLE counted_{0} AS
SELECT * FROM {0} LEFT JOIN (SELECT *, true AS outside FROM outsiders) USING (site_id, visitor)
WHERE (outside IS NULL OR visit = 0) AND bot = 'no' AND list_contains($1::BIGINT[], site_id)
"""


def write_sums(connection: duckdb.DuckDBPyConnection, name: str, shares: list[SealedShare]) -> int:
    """Write the files of sums of a segment of settled days; returns their bytes.

    The tables `leaving` and `visits` have its rows, `elsewhere` visitors who are elsewhere too.
    Marks the shares of the sites for which it is worth it.
    """
    connection.execute(OUTSIDERS)
    worthwhile = connection.execute(WORTHWHILE, [FEWEST, LARGEST_REST]).fetchall()
    sites = [site_id for (site_id,) in worthwhile]
    for share in shares:
        share.summed = share.site_id in sites
    if not sites:
        return 0
    for table in ("leaving", "visits"):
        connection.execute(f"CREATE OR REPLACE TABLE rest_{table} AS {REST.format(table)}", [sites])
        connection.execute(COUNTED.format(table), [sites])
    _sum_up(connection)
    size = files.write(
        connection,
        name,
        {"sums": "sums", "rest-events": "rest_leaving", "rest-visits": "rest_visits"},
    )
    for table in ("sums", "rest_leaving", "rest_visits", "counted_leaving", "counted_visits"):
        connection.execute(f"DROP TABLE {table}")
    return size


def _sum_up(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE OR REPLACE TABLE parts ({columns})")
    for breakdown in BREAKDOWNS.values():
        for part in _parts(breakdown):
            connection.execute(f"INSERT INTO parts BY NAME {part}")
    keys = ", ".join(list(COLUMNS)[:5])
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in list(COLUMNS)[5:])
    connection.execute(
        f"CREATE OR REPLACE TABLE sums AS SELECT {keys}, {sums} FROM parts GROUP BY {keys}"  # noqa: S608
    )
    connection.execute("DROP TABLE parts")


def _parts(breakdown: Breakdown) -> Iterator[str]:
    """The questions that count it, each some of the sums."""
    step = f"INTERVAL {QUARTER}" if breakdown.by_time else "INTERVAL 1 DAY"
    yield _part(
        breakdown, _events(breakdown), f"time_bucket({step}, time)", _over_events(breakdown)
    )
    if breakdown.of_visits is not None:
        moment = f"time_bucket({step}, last_time)"
        yield _part(breakdown, "counted_visits", moment, _over_visits(breakdown))
    if breakdown.has_stays:
        yield _part(breakdown, _stays(breakdown), "day", _over_stays())
    if breakdown.by_time:
        yield _visitors("min", "visitors")
        yield _visitors("max", "last_visitors")


def _part(breakdown: Breakdown, rows: str, moment: str, sums: dict[str, str]) -> str:
    of_events = rows != "counted_visits"
    keys = breakdown.columns if of_events else breakdown.of_visits or ()
    named = dict(zip(("value", "other"), (*keys, "''", "''"), strict=False))
    columns = [f"{expression} AS {name}" for name, expression in {**named, **sums}.items()]
    return (
        f"SELECT site_id, {moment} AS time, '{breakdown.name}' AS breakdown, {', '.join(columns)}"  # noqa: S608
        f" FROM {rows} GROUP BY ALL"
    )


def _events(breakdown: Breakdown) -> str:
    which = "counted_leaving WHERE name <> 'engagement'"
    if not breakdown.of_whole_visits:
        return f"(FROM {which})"
    visits = f"SELECT visit, {', '.join(breakdown.columns)} FROM counted_visits"  # noqa: S608
    return f"(FROM (FROM {which}) JOIN ({visits}) USING (visit))"


def _stays(breakdown: Breakdown) -> str:
    keys = ", ".join(("site_id", "time_bucket(INTERVAL 1 DAY, time) AS day", *breakdown.columns))
    return (
        f"(SELECT {keys}, visit, max(scroll_depth) AS depth, sum(engaged_ms) AS engaged"  # noqa: S608
        " FROM counted_leaving WHERE visit <> 0 AND (name <> 'engagement' OR visit <> id)"
        " GROUP BY ALL)"
    )


def _over_events(breakdown: Breakdown) -> dict[str, str]:
    sums = {row.name: row.over_events for row in SUMS if row.over_events}
    if breakdown.by_page:
        sums[VISITOR_SUM.name] = VISITORS_OF_PAGE
    if breakdown.of_events:
        return sums
    return {row.name: sums[row.name] for row in SUMS if row.over_events and not row.over_visits}


def _over_visits(breakdown: Breakdown) -> dict[str, str]:
    return {
        row.name: row.over_visits.format(entered="true")
        for row in SUMS
        if row.over_visits
        and not (breakdown.of_events and row.over_events)
        and not (breakdown.by_time and row is VISITOR_SUM)
    }


def _over_stays() -> dict[str, str]:
    return {row.name: row.over_stays for row in SUMS if row.over_stays}


def _visitors(end: str, name: str) -> str:
    """How many visitors were there for the first or last time of a day in each quarter."""
    quarter = f"time_bucket(INTERVAL {QUARTER}, {end}(last_time))"
    visitors = f"SELECT site_id, {quarter} AS time FROM counted_visits"  # noqa: S608
    return (
        f"SELECT site_id, time, 'time' AS breakdown, '' AS value, '' AS other,"  # noqa: S608
        f" count(*) AS {name}"
        f" FROM ({visitors} GROUP BY site_id, visitor) GROUP BY ALL"
    )
