"""Figures and times as people read them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_compact_currency, format_currency

LOCALE = "en_GB"
NOTHING = "–"

# A rate is a percentage that may be small, so that its decimals count.
Unit = Literal["count", "ratio", "percent", "rate", "seconds", "milliseconds", "money"]
POINTS = ("percent", "rate")
Interval = Literal["minute", "hour", "day", "week", "month"]
Figure = int | float | None


def count(value: float) -> str:
    """Exact below 10,000, three digits at most from there: 9,999, 38.2k, 143k, 1.2M."""
    if value < 10_000:
        return f"{round(value):,}"
    for size, unit in ((1_000, "k"), (1_000_000, "M"), (1_000_000_000, "B")):
        scaled = round(value / size, 0 if value >= 99_950 * size / 1_000 else 1)
        if scaled < 1_000 or unit == "B":
            return f"{scaled:,.1f}".removesuffix(".0") + unit
    raise AssertionError("unreachable")


def seconds(value: float) -> str:
    """34s, 2m 34s, 1h 2m."""
    whole = round(value)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {whole % 60}s" if minutes else f"{whole}s"


def milliseconds(value: float) -> str:
    """240ms, 2.45s."""
    return f"{round(value)}ms" if value < 1000 else f"{round(value / 1000, 2):g}s"


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent, never 0% for something that is there."""
    if not part or not whole:
        return "0%"
    percent = 100 * part / whole
    return "<1%" if percent < 1 else f"{round(percent)}%"


def figure(value: Figure, unit: Unit, currency: str = "") -> str:
    if value is None:
        return NOTHING
    if unit == "count":
        return count(value)
    if unit == "seconds":
        return seconds(value)
    if unit == "milliseconds":
        return milliseconds(value)
    if unit == "money":
        return money(value, currency)
    if unit == "rate":
        return rate(value)
    return f"{value:.2f}" if unit == "ratio" else f"{round(value)}%"


def rate(value: float) -> str:
    """Two decimals at most, none from 10 on: 0.45%, 3.2%, 12%."""
    return f"{round(value)}%" if value >= 10 else f"{round(value, 2):g}%"


def money(value: float, currency: str) -> str:
    """Exact below 10,000, then abbreviated: €9,999.90, €38.2K."""
    if not currency:
        return f"{value:,.2f}"
    if abs(value) < 10_000:
        return format_currency(value, currency, locale=LOCALE)
    return format_compact_currency(value, currency, locale=LOCALE, fraction_digits=1)


def exact(value: Figure, unit: Unit, currency: str = "") -> str:
    """The whole figure, for a title beside the abbreviated one."""
    if value is None:
        return NOTHING
    if unit == "money" and currency:
        return format_currency(value, currency, locale=LOCALE)
    if unit == "rate":
        return f"{value:.2f}%"
    return f"{value:,}" if unit == "count" else figure(value, unit)


@dataclass(frozen=True)
class Change:
    """How a figure differs from the one before; `good` is None where there is no difference."""

    text: str
    direction: Literal["up", "down", "same"]
    good: bool | None
    title: str


def change(
    now: Figure, before: Figure, unit: Unit, more_is_good: bool = True, was: str = ""
) -> Change | None:
    """The change in per cent, in points for a percentage; None without anything to compare with.

    `was` are the words for the figure before, where the unit does not say enough.
    """
    if now is None or before is None or (not before and unit not in POINTS):
        return None
    difference = now - before if unit in POINTS else 100 * (now - before) / before
    amount = round(abs(difference), 2 if unit == "rate" else None)
    title = f"{was or exact(before, unit)} in the period before"
    if not amount:
        return Change("no change", "same", None, title)
    rises = difference > 0
    points = "pt" if amount == 1 else "pts"
    text = f"{amount:g} {points}" if unit in POINTS else f"{amount:,}%"
    return Change(text, "up" if rises else "down", rises == more_is_good, title)


def day(value: date) -> str:
    return format_date(value, "d MMM y", locale=LOCALE)


def days(first: date, last: date) -> str:
    """A range of days without repeating what both share: 1–21 Nov 2026."""
    return day(first) if first == last else format_interval(first, last, "yMMMd", locale=LOCALE)


def moment(value: datetime) -> str:
    """Tue 10 Mar 2026, 14:05."""
    return format_datetime(value, "EEE d MMM y, HH:mm", locale=LOCALE)


def moments(first: datetime, last: datetime) -> str:
    """A range of minutes: 10 Mar 2026, 14:00–16:59."""
    if first.date() == last.date():
        return f"{day(first)}, {first:%H:%M}–{last:%H:%M}"
    return f"{day(first)}, {first:%H:%M} – {day(last)}, {last:%H:%M}"


# CLDR date patterns: the long one names a bucket alone, the short one stands under a chart.
_LONG = {
    "minute": "HH:mm",
    "hour": "EEE d MMM, HH:mm",
    "day": "EEE d MMM y",
    "week": "'Week of' d MMM y",
    "month": "MMMM y",
}
_SHORT = {"minute": "HH:mm", "hour": "HH:mm", "day": "d MMM", "week": "d MMM", "month": "MMM"}


def bucket(start: datetime, interval: Interval) -> str:
    """The whole name of a bucket of time: Tue 10 Nov 2026."""
    return format_datetime(start, _LONG[interval], locale=LOCALE)


def tick(start: datetime, interval: Interval, across_days: bool = False) -> str:
    """The short name of a bucket: 10 Nov. Midnight and January show what begins with them."""
    pattern = _SHORT[interval]
    if interval == "hour" and across_days and start.hour == 0:
        pattern = "d MMM"
    elif interval == "month" and start.month == 1:
        pattern = "y"
    return format_datetime(start, pattern, locale=LOCALE)


def until(end: datetime) -> date:
    """The last day of a period that ends before `end`."""
    return (end - timedelta(microseconds=1)).date()
