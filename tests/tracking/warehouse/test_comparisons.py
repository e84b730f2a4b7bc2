from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracking.warehouse import QueryError
from tracking.warehouse.comparisons import read_comparison
from tracking.warehouse.periods import Period, read_period

BERLIN = ZoneInfo("Europe/Berlin")
# Already Wednesday the 11th in Berlin, half an hour old.
NOW = datetime(2026, 3, 10, 23, 30, 15, tzinfo=UTC)
YEAR = "year_over_year"
CUSTOM = {"mode": "custom", "date_range": ["2025-12-01", "2025-12-07"]}


def read(words: object) -> Period:
    return read_period(words, BERLIN, NOW, date(2026, 1, 1))


def compared(words: object, plain: object) -> tuple[str, str]:
    found = read_comparison(plain, read(words), NOW)  # type: ignore[arg-type]
    assert found is not None
    return found.start.isoformat(), found.end.isoformat()


def test_no_comparison_is_none() -> None:
    assert read_comparison(None, read("7d"), NOW) is None


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        pytest.param("7d", "2025-03-04T00:00:00+01:00", "2025-03-11T00:00:00+01:00", id="days"),
        pytest.param(
            "month", "2025-03-01T00:00:00+01:00", "2025-03-12T00:00:00+01:00", id="until today"
        ),
        pytest.param(
            "day", "2025-03-11T00:00:00+01:00", "2025-03-11T00:30:15+01:00", id="hours of today"
        ),
        pytest.param(
            "24h", "2025-03-10T00:30:15+01:00", "2025-03-11T00:30:15+01:00", id="24 hours"
        ),
        pytest.param(
            ["2024-02-29", "2024-03-01"],
            "2023-02-28T00:00:00+01:00",
            "2023-03-02T00:00:00+01:00",
            id="leap day",
        ),
        pytest.param(
            ["2026-03-20", "2026-03-31"],
            "2025-03-20T00:00:00+01:00",
            "2025-03-21T00:00:00+01:00",
            id="all ahead",
        ),
    ],
)
def test_the_year_before_begins_on_the_same_date(words: object, start: str, end: str) -> None:
    assert (start, end) == compared(words, YEAR)


def test_custom_range_is_the_one_that_is_named() -> None:
    assert ("2025-12-01T00:00:00+01:00", "2025-12-08T00:00:00+01:00") == compared("7d", CUSTOM)


@pytest.mark.parametrize(
    ("words", "mode", "start", "end"),
    [
        pytest.param(
            "7d",
            YEAR,
            "2025-03-05T00:00:00+01:00",
            "2025-03-12T00:00:00+01:00",
            id="moved on by a day",
        ),
        pytest.param(
            "30d",
            "previous_period",
            "2026-01-12T00:00:00+01:00",
            "2026-02-11T00:00:00+01:00",
            id="moved on by two days",
        ),
        pytest.param(
            ["2026-03-02", "2026-03-06"],
            "previous_period",
            "2026-02-23T00:00:00+01:00",
            "2026-02-28T00:00:00+01:00",
            id="moved back, where the next is the period's own first day",
        ),
        pytest.param(
            ["2025-03-31", "2025-04-06"],
            YEAR,
            "2024-04-01T00:00:00+02:00",
            "2024-04-08T00:00:00+02:00",
            id="over a change of the clocks",
        ),
        pytest.param(
            "7d",
            "previous_period",
            "2026-02-25T00:00:00+01:00",
            "2026-03-04T00:00:00+01:00",
            id="the same day anyway",
        ),
    ],
)
def test_a_comparison_can_begin_on_the_same_day_of_the_week(
    words: object, mode: str, start: str, end: str
) -> None:
    assert (start, end) == compared(words, {"mode": mode, "match_day_of_week": True})


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        (7, "The comparison must be a mode or an object with one, not 7."),
        ({"mode": "later"}, "The mode of the comparison must be one of previous_period"),
        ({}, "The mode of the comparison must be one of"),
        ({"mode": YEAR, "days": 3}, "The comparison has the unknown key 'days'."),
        ({"mode": "custom"}, "A custom comparison must have a 'date_range'"),
        ({"mode": YEAR, "date_range": []}, "has a 'date_range', which 'year_over_year' does not"),
        ({"mode": YEAR, "match_day_of_week": 1}, "'match_day_of_week' .* must be true or false."),
        ({"mode": "custom", "date_range": ["a", "b"]}, "The date range must be two ISO dates"),
    ],
    ids=str,
)
def test_what_is_no_comparison_is_refused_with_a_sentence(plain: object, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        read_comparison(plain, read("7d"), NOW)  # type: ignore[arg-type]


def test_a_year_before_the_calendar_is_refused_with_a_sentence() -> None:
    with pytest.raises(QueryError, match="period to compare with lies outside the calendar"):
        compared(["0001-01-01", "0001-01-02"], YEAR)
