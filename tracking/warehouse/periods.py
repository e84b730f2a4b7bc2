"""Which span of time a question is about, in the site's time zone.

The words are those of Plausible's Stats API v2. As there, `7d` and `6mo` are whole days and months
that have passed: today and the current month are not among them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from tracking.warehouse.errors import QueryError

LAST = re.compile(r"([1-9]\d{0,3})(d|mo)", re.ASCII)
EXAMPLES = "30m, day, 24h, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year, all or two ISO dates"
LONGEST_DAYS = 366 * 20


@dataclass(frozen=True)
class Period:
    """From `start` up to, but without, `end`; both aware, in the site's zone.

    `whole_days` says that both lie on midnights.
    """

    start: datetime
    end: datetime
    whole_days: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return cast(ZoneInfo, self.start.tzinfo)

    @property
    def interval(self) -> str:
        """The step of a chart: minute, hour, day, week or month.

        The limits are those that Plausible's API has for the dimension `time`; minutes are ours.
        """
        length = self.end.astimezone(UTC) - self.start.astimezone(UTC)
        if length <= timedelta(hours=1):
            return "minute"
        if length <= timedelta(hours=49):  # two days, one of them of 25 hours
            return "hour"
        if length <= timedelta(days=41):
            return "day"
        return "week" if length < timedelta(weeks=53) else "month"

    def previous(self, now: datetime) -> "Period":
        """The period of the same length before this one.

        What lies ahead of today is left out of the length. Of a running day the same hours of the
        day before are taken, so that a morning is not compared with a whole day.
        """
        if not self.whole_days:
            length = self.end.astimezone(UTC) - self.start.astimezone(UTC)
            earlier = (self.start.astimezone(UTC) - length).astimezone(self.zone)
            return Period(earlier, self.start, whole_days=False)
        now = now.astimezone(self.zone)
        last = min(self.end.date(), max(now.date(), self.start.date()) + timedelta(days=1))
        days = last - self.start.date()
        start = midnight(self.start.date() - days, self.zone)
        if days == timedelta(days=1) and self.start <= now < self.end:
            yesterday = datetime.combine(start.date(), now.time(), self.zone)
            return Period(start, max(yesterday, start), whole_days=False)
        return Period(start, self.start)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """Both days included."""
    try:
        if last < first:
            raise QueryError("The date range must begin before it ends.")
        if (last - first).days >= LONGEST_DAYS:
            raise QueryError("The date range must not be longer than 20 years.")
        return Period(midnight(first, zone), midnight(last + timedelta(days=1), zone))
    except OverflowError:
        raise QueryError("The date range lies outside the calendar.") from None


def read_period(words: object, zone: ZoneInfo, now: datetime, earliest: date | None) -> Period:
    """The period that Plausible's words or a pair of ISO dates or datetimes name.

    `earliest` is the first day that has events, for `all`. Raises `QueryError`.
    """
    if isinstance(words, list | tuple):
        return read_custom(words, zone)
    if not isinstance(words, str):
        raise QueryError(f"The date range must be {EXAMPLES}, not {words!r}.")
    today = now.astimezone(zone).date()
    if words == "30m":
        end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return _span(end - timedelta(minutes=30), end, zone)
    if words == "24h":
        return _span(now - timedelta(hours=24), now, zone)
    if words == "day":
        return days(today, today, zone)
    if words == "month":
        return days(today.replace(day=1), _months(today, 1) - timedelta(days=1), zone)
    if words == "year":
        return days(today.replace(month=1, day=1), today.replace(month=12, day=31), zone)
    if words == "all":
        return days(min(earliest or today, today), today, zone)
    return _last(words, today, zone)


def _last(words: str, today: date, zone: ZoneInfo) -> Period:
    found = LAST.fullmatch(words)
    if not found:
        raise QueryError(f"The date range must be {EXAMPLES}, not {words!r}.")
    number = int(found[1])
    try:
        first = today - timedelta(days=number) if found[2] == "d" else _months(today, -number)
    except (OverflowError, ValueError):
        raise QueryError(f"The date range {words!r} lies outside the calendar.") from None
    last = today if found[2] == "d" else today.replace(day=1)
    return days(first, last - timedelta(days=1), zone)


def _months(day: date, number: int) -> date:
    """The first day of the month that many months away."""
    month = day.year * 12 + day.month - 1 + number
    return date(month // 12, month % 12 + 1, 1)


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> Period:
    return Period(start.astimezone(zone), end.astimezone(zone), whole_days=False)


def read_custom(words: list | tuple, zone: ZoneInfo) -> Period:
    """The period of two ISO dates or datetimes. Raises `QueryError`."""
    if len(words) != 2 or not all(isinstance(word, str) for word in words):
        raise QueryError("A custom date range must be two ISO dates or two ISO datetimes.")
    try:
        first, last = (date.fromisoformat(word) for word in words)
    except ValueError:
        return _datetimes(words, zone)
    return days(first, last, zone)


def _datetimes(words: list | tuple, zone: ZoneInfo) -> Period:
    try:
        first, last = (datetime.fromisoformat(word) for word in words)
        first, last = (
            (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
            for moment in (first, last)
        )
        # The last second is part of the range, as at Plausible, whose times are whole seconds.
        end = last.replace(microsecond=0) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise QueryError(
            f"The date range must be two ISO dates or two ISO datetimes, not {list(words)!r}."
        ) from None
    if last < first:
        raise QueryError("The date range must begin before it ends.")
    if end - first > timedelta(days=LONGEST_DAYS):
        raise QueryError("The date range must not be longer than 20 years.")
    return _span(first, end, zone)
