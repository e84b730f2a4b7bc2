from datetime import date

import pytest

from dashboard.report import periods
from tracking.warehouse import QueryError

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", ["2026-03-15", "2026-03-15"]),
        ("yesterday", ["2026-03-14", "2026-03-14"]),
        ("24h", "24h"),
        ("7d", ["2026-03-09", "2026-03-15"]),
        ("28d", ["2026-02-16", "2026-03-15"]),
        ("30d", ["2026-02-14", "2026-03-15"]),
        ("91d", ["2025-12-15", "2026-03-15"]),
        ("week", ["2026-03-09", "2026-03-15"]),
        ("last-week", ["2026-03-02", "2026-03-08"]),
        ("month", ["2026-03-01", "2026-03-15"]),
        ("last-month", ["2026-02-01", "2026-02-28"]),
        ("year", ["2026-01-01", "2026-03-15"]),
        ("12mo", ["2025-04-01", "2026-03-15"]),
        ("all", "all"),
    ],
)
def test_a_preset_names_days_up_to_today(name: str, expected):
    assert expected == periods.read({"period": name}, TODAY).date_range


@pytest.mark.parametrize(
    ("week_start", "week", "last_week"),
    [
        (0, ["2026-03-09", "2026-03-15"], ["2026-03-02", "2026-03-08"]),
        (5, ["2026-03-14", "2026-03-15"], ["2026-03-07", "2026-03-13"]),
        (6, ["2026-03-15", "2026-03-15"], ["2026-03-08", "2026-03-14"]),
    ],
    ids=["Monday", "Saturday", "Sunday"],
)
def test_weeks_begin_on_the_chosen_day(week_start, week, last_week):
    read = [periods.read({"period": name}, TODAY, week_start) for name in ("week", "last-week")]

    assert [week, last_week] == [period.date_range for period in read]


def test_without_a_word_the_last_30_days_are_meant():
    assert periods.named("30d", TODAY) == periods.read({}, TODAY)


def test_two_dates_are_a_period_of_their_own():
    period = periods.read({"from": "2026-01-05", "to": "2026-01-06"}, TODAY)

    assert ("custom", "5–6 Jan 2026", ["2026-01-05", "2026-01-06"]) == (
        period.name,
        period.title,
        period.date_range,
    )


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"period": "fortnight"}, "The period “fortnight” is not one of today"),
        ({"from": "2026-01-05"}, "“to” is “”, not a date"),
        ({"from": "5.1.2026", "to": "2026-01-06"}, "“from” is “5.1.2026”, not a date"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "“from” is “2026-02-30”, not a date"),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "The period ends before it begins"),
        ({"from": "0001-01-01", "to": "2026-02-01"}, "“from” lies outside the years 2000 to 2199"),
    ],
)
def test_a_period_that_cannot_be_is_refused_with_a_sentence(parameters, sentence: str):
    with pytest.raises(QueryError, match=sentence):
        periods.read(parameters, TODAY)


@pytest.mark.parametrize(
    ("period", "first", "last", "before", "after"),
    [
        ("today", (2026, 3, 15), (2026, 3, 15), "14 Mar 2026", None),
        ("yesterday", (2026, 3, 14), (2026, 3, 14), "13 Mar 2026", "15 Mar 2026"),
        ("7d", (2026, 3, 9), (2026, 3, 15), "2–8 Mar 2026", None),
        ("week", (2026, 3, 9), (2026, 3, 13), "2–8 Mar 2026", None),
        ("last-week", (2026, 3, 2), (2026, 3, 8), "23 Feb\u2009–\u20091 Mar 2026", "9–15 Mar 2026"),
        ("month", (2026, 3, 1), (2026, 3, 15), "1–28 Feb 2026", None),
        ("last-month", (2026, 2, 1), (2026, 2, 28), "1–31 Jan 2026", "1–31 Mar 2026"),
        ("year", (2026, 1, 1), (2026, 3, 15), "1 Jan\u2009–\u200931 Dec 2025", None),
        ("12mo", (2025, 4, 1), (2026, 3, 15), "1 Apr 2024\u2009–\u200931 Mar 2025", None),
        ("24h", (2026, 3, 14), (2026, 3, 15), None, None),
        ("all", (2024, 3, 14), (2026, 3, 15), None, None),
    ],
)
def test_neighbours_are_as_long_and_whole_months_stay_whole(period, first, last, before, after):
    found = periods.neighbours(periods.named(period, TODAY), date(*first), date(*last), TODAY)

    assert [before, after] == [each and each.title for each in found]


def test_nothing_lies_before_the_calendar():
    first = periods.custom(date(2000, 1, 1), date(2000, 1, 31))

    before, _ = periods.neighbours(first, date(2000, 1, 1), date(2000, 1, 31), TODAY)

    assert before is None
