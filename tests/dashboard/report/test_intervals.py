from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.report.intervals import step, suitable
from tracking.warehouse.periods import Period

START = datetime(2026, 3, 2, tzinfo=ZoneInfo("UTC"))


def lasting(**length: float) -> Period:
    return Period(START, START + timedelta(**length))


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ({"minutes": 30}, ["minute"]),
        ({"days": 1}, ["minute", "hour"]),
        ({"days": 7}, ["hour", "day"]),
        ({"days": 30}, ["hour", "day", "week"]),
        ({"days": 91}, ["day", "week", "month"]),
        ({"days": 366}, ["day", "week", "month"]),
        ({"days": 366 * 6}, ["month"]),
    ],
    ids=str,
)
def test_steps_divide_a_period_into_parts_that_can_be_told_apart(length, expected):
    assert expected == suitable(lasting(**length))


@pytest.mark.parametrize(("wanted", "expected"), [("week", "week"), ("minute", "day"), ("", "day")])
def test_a_step_that_does_not_suit_gives_way_to_the_periods_own(wanted, expected):
    assert expected == step(wanted, lasting(days=30))


def test_a_day_whose_clocks_change_has_its_minutes():
    berlin = ZoneInfo("Europe/Berlin")
    day = Period(datetime(2026, 10, 25, tzinfo=berlin), datetime(2026, 10, 26, tzinfo=berlin))

    assert timedelta(hours=25) == day.end.astimezone(UTC) - day.start.astimezone(UTC)
    assert ["minute", "hour"] == suitable(day)
