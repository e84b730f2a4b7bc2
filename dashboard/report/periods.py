"""The periods that a report can be about, and the ones before and after."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.report import formats
from tracking.warehouse import QueryError

DEFAULT = "30d"
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)

_DAY = timedelta(days=1)

DateRange = str | list[str]


@dataclass(frozen=True)
class Preset:
    """A period with a name: its first and last day from today's date, or the query language's word.

    Today is among the last days and months, because a report is looked at while visits arrive; the
    query language's own words for them leave it out.
    """

    name: str
    title: str
    span: str | Callable[[date], tuple[date, date]]


def _last_days(number: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=number - 1), today)


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - _DAY
    return last.replace(day=1), last


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("today", "Today", _last_days(1)),
        Preset("yesterday", "Yesterday", lambda today: (today - _DAY, today - _DAY)),
        Preset("24h", "Last 24 hours", "24h"),
        Preset("7d", "Last 7 days", _last_days(7)),
        Preset("28d", "Last 28 days", _last_days(28)),
        Preset("30d", "Last 30 days", _last_days(30)),
        Preset("91d", "Last 91 days", _last_days(91)),
        Preset("month", "Month to date", lambda today: (today.replace(day=1), today)),
        Preset("last-month", "Last month", _last_month),
        Preset("year", "Year to date", lambda today: (today.replace(month=1, day=1), today)),
        Preset("12mo", "Last 12 months", lambda today: (_add_months(today, -11), today)),
        Preset("all", "All time", "all"),
    )
}


@dataclass(frozen=True)
class Period:
    """A period as a URL asks for it: `parameters` are the URL's, `date_range` the query's."""

    name: str
    title: str
    date_range: DateRange
    parameters: tuple[tuple[str, str], ...]


def read(parameters: Mapping[str, str], today: date) -> Period:
    """The period that a URL's parameters ask for; QueryError says why there is none."""
    if parameters.get("from") or parameters.get("to"):
        return custom(_date(parameters, "from"), _date(parameters, "to"))
    name = parameters.get("period") or DEFAULT
    if name not in PRESETS:
        raise QueryError(f"The period “{name}” is not one of {', '.join(PRESETS)}.")
    return named(name, today)


def named(name: str, today: date) -> Period:
    preset = PRESETS[name]
    span = preset.span if isinstance(preset.span, str) else preset.span(today)
    date_range = span if isinstance(span, str) else [day.isoformat() for day in span]
    return Period(name, preset.title, date_range, (("period", name),))


def custom(first: date, last: date) -> Period:
    if first > last:
        raise QueryError("The period ends before it begins: “to” lies before “from”.")
    return Period(
        "custom",
        formats.days(first, last),
        [first.isoformat(), last.isoformat()],
        (("from", first.isoformat()), ("to", last.isoformat())),
    )


def neighbours(
    period: Period, first: date, last: date, today: date
) -> tuple[Period | None, Period | None]:
    """The periods of the same length before and after the days of a period, where there are any.

    Whole months are followed by whole months; the running month and year count as whole.
    """
    if period.name in ("24h", "all"):
        return None, None
    if period.name in ("month", "12mo"):
        last = _month_end(last)
    elif period.name == "year":
        last = last.replace(month=12, day=31)
    if first.day == 1 and last == _month_end(last):
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        before = _add_months(first, -months), first - _DAY
        after = _add_months(first, months), _month_end(_add_months(last, months))
    else:
        length = last - first + _DAY
        before = first - length, last - length
        after = first + length, last + length
    return (
        custom(*before) if before[0] >= EARLIEST else None,
        custom(*after) if after[0] <= today else None,
    )


def _date(parameters: Mapping[str, str], name: str) -> date:
    text = parameters.get(name, "")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"“{name}” is “{text}”, not a date such as 2026-01-31.") from None
    if not EARLIEST <= found <= LATEST:
        raise QueryError(f"“{name}” lies outside the years {EARLIEST:%Y} to {LATEST:%Y}.")
    return found


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _add_months(day: date, months: int) -> date:
    """The first day of the month that many months away."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
