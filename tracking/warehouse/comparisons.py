"""Which earlier period a question is compared with, in the words of Plausible's API.

"previous_period"
{"mode": "year_over_year", "match_day_of_week": true}
{"mode": "custom", "date_range": ["2025-01-01", "2025-01-31"]}
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracking.warehouse.errors import QueryError
from tracking.warehouse.periods import Period, read_custom

MODES = ("previous_period", "year_over_year", "custom")
KEYS = {"mode", "date_range", "match_day_of_week"}


def read_comparison(plain: str | Mapping | None, period: Period, now: datetime) -> Period | None:
    """The period that a mode, or an object with one, names; None for none. Raises `QueryError`."""
    if plain is None:
        return None
    options = {"mode": plain} if isinstance(plain, str) else plain
    if not isinstance(options, Mapping):
        raise QueryError(
            f"The comparison must be a mode or an object with one, not {plain!r:.100}."
        )
    for key in options:
        if key not in KEYS:
            raise QueryError(f"The comparison has the unknown key {key!r:.100}.")
    matches = options.get("match_day_of_week", False)
    if not isinstance(matches, bool):
        raise QueryError("'match_day_of_week' of the comparison must be true or false.")
    try:
        found = _of_mode(options, period, now)
        return _on_same_day_of_week(found, period) if matches else found
    except QueryError:
        raise
    except (OverflowError, ValueError):
        raise QueryError("The period to compare with lies outside the calendar.") from None


def _of_mode(options: Mapping, period: Period, now: datetime) -> Period:
    mode = options.get("mode")
    if mode not in MODES:
        raise QueryError(f"The mode of the comparison must be one of {', '.join(MODES)}.")
    if mode == "custom":
        words = options.get("date_range")
        if not isinstance(words, list | tuple):
            raise QueryError("A custom comparison must have a 'date_range' of two ISO dates.")
        return read_custom(words, period.zone)
    if "date_range" in options:
        raise QueryError(f"The comparison has a 'date_range', which {mode!r} does not take.")
    return period.previous(now) if mode == "previous_period" else _year_before(period, now)


def _year_before(period: Period, now: datetime) -> Period:
    """From the same date of the year before, as long as the period is until now."""
    start = _a_year_earlier(period.start)
    earlier = period.previous(now)
    if period.whole_days:
        # The period before has the right number of days, or of a running day the right hours.
        days = (earlier.end.date() - earlier.start.date()).days
        end = datetime.combine(start.date() + timedelta(days=days), earlier.end.time(), period.zone)
        return Period(start, end, earlier.whole_days)
    length = period.end.astimezone(UTC) - period.start.astimezone(UTC)
    end = (start.astimezone(UTC) + length).astimezone(period.zone)
    return Period(start, end, whole_days=False)


def _a_year_earlier(moment: datetime) -> datetime:
    leap_day = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=moment.year - 1, day=28 if leap_day else moment.day)


def _on_same_day_of_week(earlier: Period, period: Period) -> Period:
    """Moved on to the next day of the week on which the period begins.

    Back to the last one, where the next is the period's own first day.
    """
    days = (period.start.weekday() - earlier.start.weekday()) % 7
    if days and earlier.start.date() + timedelta(days=days) == period.start.date():
        days -= 7
    # Local times stay what they are, whatever the clocks do in between.
    return replace(
        earlier,
        start=earlier.start + timedelta(days=days),
        end=earlier.end + timedelta(days=days),
    )
