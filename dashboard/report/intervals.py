"""The steps that a chart may have: from those that can still be told apart on."""

from datetime import UTC, timedelta

from dashboard.report.formats import Interval
from tracking.warehouse.periods import Period

# The longest period that is shown in such steps.
LONGEST: dict[Interval, timedelta] = {
    "minute": timedelta(hours=25),
    "hour": timedelta(days=32),
    "day": timedelta(days=732),
    "week": timedelta(days=366 * 5),
    "month": timedelta(days=366 * 20),
}
LENGTH: dict[Interval, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=28),
}


def suitable(period: Period) -> list[Interval]:
    """The steps that divide a period into two to some hundred parts, and its own."""
    length = period.end.astimezone(UTC) - period.start.astimezone(UTC)
    return [
        step
        for step, longest in LONGEST.items()
        if step == period.interval or (2 * LENGTH[step] <= length <= longest)
    ]


def step(wanted: str, period: Period) -> Interval:
    """The step that a person wants, if it suits the period, else the period's own."""
    return next((each for each in suitable(period) if each == wanted), period.interval)
