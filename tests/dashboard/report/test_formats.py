from datetime import UTC, date, datetime

import pytest

from dashboard.report import formats
from dashboard.report.formats import Change


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10k"),
        (38_214, "38.2k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (143_210, "143k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_234_567, "1.2M"),
        (2_000_000_000, "2B"),
    ],
)
def test_counts_are_exact_below_ten_thousand_and_short_from_there(value: int, expected: str):
    assert expected == formats.count(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0s"), (34, "34s"), (59.6, "1m 0s"), (154, "2m 34s"), (3720, "1h 2m")],
)
def test_durations_have_the_two_largest_units(value: float, expected: str):
    assert expected == formats.seconds(value)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 10, "0%"), (0, 0, "0%"), (1, 1000, "<1%"), (1, 3, "33%"), (3, 3, "100%")],
)
def test_a_share_that_is_there_never_reads_as_nothing(part: int, whole: int, expected: str):
    assert expected == formats.share(part, whole)


def test_a_figure_of_nothing_is_a_dash():
    assert "–" == formats.figure(None, "seconds")


def test_the_exact_figure_is_not_shortened():
    assert "143,210" == formats.exact(143_210, "count")


@pytest.mark.parametrize(
    ("now", "before", "unit", "more_is_good", "expected"),
    [
        (112, 100, "count", True, Change("12%", "up", True, "100 in the period before")),
        (96, 100, "count", True, Change("4%", "down", False, "100 in the period before")),
        (41, 44, "percent", False, Change("3 pts", "down", True, "44% in the period before")),
        (45, 44, "percent", False, Change("1 pt", "up", False, "44% in the period before")),
        (100, 100, "count", True, Change("no change", "same", None, "100 in the period before")),
        (100, 0, "count", True, None),
        (None, 4, "seconds", True, None),
        (4, None, "seconds", True, None),
    ],
    ids=["more", "less", "bounces fall", "bounces rise", "same", "from nothing", "none", "no past"],
)
def test_change_says_which_way_and_whether_that_is_good(now, before, unit, more_is_good, expected):
    assert expected == formats.change(now, before, unit, more_is_good)


def test_a_range_of_days_says_what_both_share_once():
    assert "1–21 Nov 2026" == formats.days(date(2026, 11, 1), date(2026, 11, 21))


def test_one_day_is_no_range():
    assert "1 Nov 2026" == formats.days(date(2026, 11, 1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("minute", "14:05"),
        ("hour", "Tue 10 Nov, 14:05"),
        ("day", "Tue 10 Nov 2026"),
        ("week", "Week of 10 Nov 2026"),
        ("month", "November 2026"),
    ],
)
def test_a_bucket_is_named_as_people_write_its_time(interval, expected: str):
    assert expected == formats.bucket(datetime(2026, 11, 10, 14, 5, tzinfo=UTC), interval)


@pytest.mark.parametrize(
    ("start", "interval", "expected"),
    [
        (datetime(2026, 11, 10), "day", "10 Nov"),
        (datetime(2026, 11, 10, 3), "hour", "03:00"),
        (datetime(2026, 11, 10), "hour", "10 Nov"),
        (datetime(2026, 11, 1), "month", "Nov"),
        (datetime(2027, 1, 1), "month", "2027"),
    ],
    ids=["day", "hour", "midnight", "month", "january"],
)
def test_a_tick_is_short_and_says_when_a_day_or_year_begins(start, interval, expected: str):
    assert expected == formats.tick(start, interval, across_days=True)
