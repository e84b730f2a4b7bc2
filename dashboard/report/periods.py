"""The periods that a report can be about, and the ones before and after."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.report import formats
from tracking.models import Site
from tracking.warehouse import QueryError
from tracking.warehouse.sealing.retention import first_kept

DEFAULT = "30d"
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)

_DAY = timedelta(days=1)

DateRange = str | list[str]


@dataclass(frozen=True)
class Preset:
    """A period with a name: its first and last day, or the query language's word for it.

    The days follow from today's date and from the day on which weeks begin, Monday being 0.

    Today is among the last days and months, because a report is looked at while visits arrive; the
    query language's own words for them leave it out.
    """

    name: str
    title: str
    key: str
    span: str | Callable[[date, int], tuple[date, date]]


def _last_days(number: int) -> Callable[[date, int], tuple[date, date]]:
    return lambda today, _: (today - timedelta(days=number - 1), today)


def _week(today: date, week_start: int) -> tuple[date, date]:
    return today - _DAY * ((today.weekday() - week_start) % 7), today


def _last_week(today: date, week_start: int) -> tuple[date, date]:
    first, _ = _week(today, week_start)
    return first - _DAY * 7, first - _DAY


def _last_month(today: date, _: int) -> tuple[date, date]:
    last = today.replace(day=1) - _DAY
    return last.replace(day=1), last


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("today", "Today", "d", _last_days(1)),
        Preset("yesterday", "Yesterday", "e", lambda today, _: (today - _DAY, today - _DAY)),
        Preset("24h", "Last 24 hours", "h", "24h"),
        Preset("7d", "Last 7 days", "w", _last_days(7)),
        Preset("28d", "Last 28 days", "", _last_days(28)),
        Preset("30d", "Last 30 days", "t", _last_days(30)),
        Preset("91d", "Last 91 days", "", _last_days(91)),
        Preset("week", "Week to date", "", _week),
        Preset("last-week", "Last week", "", _last_week),
        Preset("month", "Month to date", "m", lambda today, _: (today.replace(day=1), today)),
        Preset("last-month", "Last month", "p", _last_month),
        Preset(
            "year", "Year to date", "y", lambda today, _: (today.replace(month=1, day=1), today)
        ),
        Preset("12mo", "Last 12 months", "", lambda today, _: (_add_months(today, -11), today)),
        Preset("all", "All time", "a", "all"),
    )
}


@dataclass(frozen=True)
class Period:
    """A period as a URL asks for it: `parameters` are the URL's, `date_range` the query's.

    `key` is the key of the keyboard that chooses it, if any.
    """

    name: str
    title: str
    date_range: DateRange
    parameters: tuple[tuple[str, str], ...]
    key: str = ""

    @property
    def has_times(self) -> bool:
        """Whether it begins and ends at times of a day that a person chose."""
        return "T" in self.parameters[0][1]


def read(parameters: Mapping[str, str], today: date, week_start: int = 0) -> Period:
    """The period that a URL's parameters ask for; QueryError says why there is none."""
    if parameters.get("from") or parameters.get("to"):
        if "T" in parameters.get("from", ""):
            return moments(moment_of(parameters, "from"), moment_of(parameters, "to"))
        return custom(day_of(parameters, "from"), day_of(parameters, "to"))
    name = one_of("period", parameters.get("period") or DEFAULT, tuple(PRESETS))
    return named(name, today, week_start)


def named(name: str, today: date, week_start: int = 0) -> Period:
    preset = PRESETS[name]
    span = preset.span if isinstance(preset.span, str) else preset.span(today, week_start)
    date_range = span if isinstance(span, str) else [day.isoformat() for day in span]
    return Period(name, preset.title, date_range, (("period", name),), preset.key)


def custom(first: date, last: date) -> Period:
    if first > last:
        raise QueryError("The period ends before it begins: “to” lies before “from”.")
    return Period(
        "custom",
        formats.days(first, last),
        [first.isoformat(), last.isoformat()],
        (("from", first.isoformat()), ("to", last.isoformat())),
    )


def moments(first: datetime, last: datetime) -> Period:
    """Two times of a day or more in the site's zone, the last minute included."""
    if first > last:
        raise QueryError("The period ends before it begins: “to” lies before “from”.")
    words = [f"{each:%Y-%m-%dT%H:%M}" for each in (first, last)]
    return Period(
        "custom",
        formats.moments(first, last),
        [words[0], f"{words[1]}:59"],
        (("from", words[0]), ("to", words[1])),
    )


def neighbours(
    period: Period, first: date, last: date, today: date
) -> tuple[Period | None, Period | None]:
    """The periods of the same length before and after the days of a period, where there are any.

    Whole months are followed by whole months; the running week, month and year count as whole.
    """
    if period.name in ("24h", "all") or period.has_times:
        return None, None
    if period.name in ("month", "12mo"):
        last = _month_end(last)
    elif period.name == "year":
        last = last.replace(month=12, day=31)
    elif period.name == "week":
        last = first + _DAY * 6
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


def one_of(name: str, value: str, possible: Sequence[str]) -> str:
    """A parameter's value; QueryError where it is none of those."""
    if value not in possible:
        raise QueryError(f"The {name} “{value}” is not one of {', '.join(filter(None, possible))}.")
    return value


def day_of(parameters: Mapping[str, str], name: str) -> date:
    """A parameter that is a date; QueryError where it is none, or far away."""
    text = parameters.get(name, "")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"“{name}” is “{text}”, not a date such as 2026-01-31.") from None
    if not EARLIEST <= found <= LATEST:
        raise QueryError(f"“{name}” lies outside the years {EARLIEST:%Y} to {LATEST:%Y}.")
    return found


def moment_of(parameters: Mapping[str, str], name: str) -> datetime:
    """A parameter that is a minute; QueryError where it is none, or far away."""
    text = parameters.get(name, "")
    try:
        found = datetime.strptime(text, "%Y-%m-%dT%H:%M")
    except ValueError:
        raise QueryError(f"“{name}” is “{text}”, not a time such as 2026-01-31T14:30.") from None
    day_of({name: found.date().isoformat()}, name)
    return found


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _add_months(day: date, months: int) -> date:
    """The first day of the month that many months away."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def kept_from(site: Site, start: datetime, now: datetime) -> date | None:
    """The first day whose visits the site still has, where a period begins before it."""
    first = first_kept(site, now)
    return first.date() if first and start < first else None
