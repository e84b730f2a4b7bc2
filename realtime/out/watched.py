"""The figures that alerts watch, and what they are held against."""

import math
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import F

from realtime.out.models import Threshold
from realtime.presence.online import online
from realtime.sightings import counted
from tracking.models import Site

NUMBER, SPIKE, DROP, SILENCE, GOAL, ERRORS = Threshold.Watches
WEEK = timedelta(days=7)
# What is usual is the middle of the same minutes of so many weeks before, of at least so many.
WEEKS, LEAST_WEEKS = 4, 2
# Of so few visitors, neither twice as many nor half of them mean anything.
LEAST_USUAL = 10
# As sites count them: an event named 404, or a view of the page that says so.
ERROR_PAGES = [
    "or",
    [["is", "event:name", ["404"]], ["matches", "event:page", ["^/404([./].*)?$"]]],
]


def figure(threshold: Threshold, now: datetime) -> int | None:
    """What is counted now; None where the time it is about began before the alert did."""
    start = now - timedelta(minutes=threshold.minutes)
    if threshold.watches == NUMBER:
        return number(threshold, start, now)
    if threshold.watches in (SPIKE, DROP):
        return asked(threshold.site, "visitors", start, now)
    if threshold.direction == Threshold.Direction.BELOW and start < threshold.created_at:
        return None
    if threshold.watches == SILENCE:
        return asked(threshold.site, "events", start, now)
    if threshold.watches == ERRORS:
        return asked(threshold.site, "events", start, now, [ERROR_PAGES])
    reached = [["is", "event:goal", [str(threshold.goal)]]]
    return asked(threshold.site, "events", start, now, reached)


def number(threshold: Threshold, start: datetime, now: datetime) -> int:
    """Of the hot rows, which have the last hour."""
    if threshold.figure == Threshold.Figure.ONLINE:
        return online(threshold.site_id, now)
    recent = counted(threshold.site_id).filter(time__gt=start)
    if threshold.figure == Threshold.Figure.VISITS:
        return recent.filter(visit=F("id"), flags="").count()
    return recent.filter(name="pageview").count()


def limit_of(threshold: Threshold, now: datetime) -> int | None:
    """In the figure's own unit; None where nobody knows yet what is usual."""
    if threshold.watches not in (SPIKE, DROP):
        return threshold.limit
    found = usual(threshold.site, threshold.minutes, now)
    if found is None:
        return None
    if threshold.watches == SPIKE:
        return math.ceil(max(found * threshold.limit / 100, LEAST_USUAL))
    return math.floor(found * threshold.limit / 100) if found >= LEAST_USUAL else None


def usual(site: Site, minutes: int, now: datetime) -> float | None:
    """The visitors of as many minutes up to this time of the week, by the site's clock."""
    local, length = now.astimezone(site.zone), timedelta(minutes=minutes)
    weeks = []
    for back in range(1, WEEKS + 1):
        # Of a clock on the wall: a change of the hour between keeps the hour of the day.
        end = (local - back * WEEK).astimezone(now.tzinfo)
        if end - length >= site.created_at:
            weeks.append(asked(site, "visitors", end - length, end))
    return median(weeks) if len(weeks) >= LEAST_WEEKS else None


def asked(site: Site, metric: str, start: datetime, end: datetime, filters: Any = ()) -> int:
    """The figure of that time, as the report has it."""
    # Not at the top: processes that take hits import this module and have no use for DuckDB.
    from tracking.warehouse import Query, run

    # Both seconds are part of a date range.
    last = end - timedelta(seconds=1)
    query = Query.build(
        site=site,
        metrics=[metric],
        date_range=[each.isoformat(timespec="seconds") for each in (start, last)],
        filters=list(filters),
        now=end,
    )
    return int(run(query).rows[0].metrics[0] or 0)
