"""The steps of a chart: how a period falls into minutes, hours, days, weeks or months.

A bucket is known by its key. Days, weeks and months have the local date they begin on; minutes and
hours have the moment they begin, in UTC and without a zone as the engine stores times, so that the
hour that comes twice when clocks go back is two buckets. The local time is UTC plus an offset that
is constant between two changes of the clocks: with the list of these changes an engine needs no
time zone arithmetic of its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tracking.warehouse.errors import QueryError
from tracking.warehouse.periods import Period

STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
MAX_BUCKETS = 10_000


@dataclass(frozen=True)
class Offset:
    """From `start` (naive UTC) on, local time is this far ahead of UTC."""

    start: datetime
    ahead: timedelta


@dataclass(frozen=True)
class Bucket:
    """`label` is an ISO 8601 date, or a local datetime with its offset."""

    key: date | datetime
    label: str


def naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def offsets(period: Period) -> list[Offset]:
    """How far local time is ahead of UTC, from the period's start on, one row a change."""

    def ahead(moment: datetime) -> timedelta:
        return moment.replace(tzinfo=UTC).astimezone(period.zone).utcoffset() or timedelta()

    moment, end = naive_utc(period.start), naive_utc(period.end)
    found = [Offset(moment, ahead(moment))]
    while moment < end:
        later = min(moment + timedelta(days=1), end)
        if ahead(later) != ahead(moment):
            before, after = moment, later
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                before, after = (
                    (middle, after) if ahead(middle) == ahead(moment) else (before, middle)
                )
            found.append(Offset(_to_second(after), ahead(after)))
        moment = later
    return found


def _to_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def buckets(period: Period, interval: str) -> list[Bucket]:
    """All buckets of the period, in order. Raises `QueryError` where there are too many."""
    return _moments(period, interval) if interval in STEPS else _dates(period, interval)


def _check(number: int, interval: str) -> None:
    if number > MAX_BUCKETS:
        raise QueryError(
            f"The dimension 'time:{interval}' divides this date range into more than"
            f" {MAX_BUCKETS} parts."
        )


def _moments(period: Period, interval: str) -> list[Bucket]:
    step, end = STEPS[interval], naive_utc(period.end)
    _check((end - naive_utc(period.start)) // step, interval)
    changes = offsets(period)
    found: dict[datetime, Bucket] = {}
    for change, until in zip(changes, [*(row.start for row in changes[1:]), end], strict=True):
        local = change.start + change.ahead
        local = local.replace(second=0, microsecond=0)
        if interval == "hour":
            local = local.replace(minute=0)
        while local - change.ahead < until:
            key = local - change.ahead
            label = key.replace(tzinfo=UTC).astimezone(period.zone)
            found.setdefault(key, Bucket(key, label.isoformat()))
            local += step
    return list(found.values())


def _dates(period: Period, interval: str) -> list[Bucket]:
    first = period.start.date()
    last = (period.end - timedelta(microseconds=1)).date()
    # Twenty years, the longest period, have fewer days than buckets are allowed.
    found, day = [], first
    while day <= last:
        key = day.replace(day=1) if interval == "month" else day
        found.append(Bucket(key, key.isoformat()))
        day = _next(day, interval)
    return found


def _next(day: date, interval: str) -> date:
    """The day on which the next bucket begins; weeks begin on Mondays."""
    if interval == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1 if interval == "day" else 7 - day.weekday())
