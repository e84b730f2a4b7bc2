from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracking.warehouse import QueryError
from tracking.warehouse.periods import Period, read_period

BERLIN = ZoneInfo("Europe/Berlin")
# Already Wednesday the 11th in Berlin.
NOW = datetime(2026, 3, 10, 23, 30, 15, tzinfo=UTC)


def read(words: object, now: datetime = NOW, earliest: date | None = None) -> Period:
    return read_period(words, BERLIN, now, earliest)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("30m", "2026-03-11T00:01:00+01:00", "2026-03-11T00:31:00+01:00"),
        ("24h", "2026-03-10T00:30:15+01:00", "2026-03-11T00:30:15+01:00"),
        ("day", "2026-03-11T00:00:00+01:00", "2026-03-12T00:00:00+01:00"),
        ("7d", "2026-03-04T00:00:00+01:00", "2026-03-11T00:00:00+01:00"),
        ("28d", "2026-02-11T00:00:00+01:00", "2026-03-11T00:00:00+01:00"),
        ("30d", "2026-02-09T00:00:00+01:00", "2026-03-11T00:00:00+01:00"),
        ("91d", "2025-12-10T00:00:00+01:00", "2026-03-11T00:00:00+01:00"),
        ("3d", "2026-03-08T00:00:00+01:00", "2026-03-11T00:00:00+01:00"),
        ("month", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
        ("6mo", "2025-09-01T00:00:00+02:00", "2026-03-01T00:00:00+01:00"),
        ("12mo", "2025-03-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00"),
        ("3mo", "2025-12-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00"),
        ("year", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("all", "2026-03-11T00:00:00+01:00", "2026-03-12T00:00:00+01:00"),
        (["2026-03-28", "2026-03-29"], "2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        (
            ["2026-03-01T12:00:00Z", "2026-03-01T15:59:59Z"],
            "2026-03-01T13:00:00+01:00",
            "2026-03-01T17:00:00+01:00",
        ),
        (
            ["2026-03-01T12:00:00", "2026-03-01T15:59:59"],
            "2026-03-01T12:00:00+01:00",
            "2026-03-01T16:00:00+01:00",
        ),
    ],
    ids=str,
)
def test_words_name_a_span_in_the_site_s_zone(words: object, start: str, end: str) -> None:
    period = read(words)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_all_begins_with_the_first_day_that_has_events() -> None:
    period = read("all", earliest=date(2025, 12, 24))
    assert period.start.isoformat() == "2025-12-24T00:00:00+01:00"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("30m", "2026-03-10T23:31:00+01:00", "2026-03-11T00:01:00+01:00"),
        ("24h", "2026-03-09T00:30:15+01:00", "2026-03-10T00:30:15+01:00"),
        ("7d", "2026-02-25T00:00:00+01:00", "2026-03-04T00:00:00+01:00"),
        # Eleven days of the month have begun.
        ("month", "2026-02-18T00:00:00+01:00", "2026-03-01T00:00:00+01:00"),
        # Of today only half an hour.
        ("day", "2026-03-10T00:00:00+01:00", "2026-03-10T00:30:15+01:00"),
        (["2026-03-09", "2026-03-09"], "2026-03-08T00:00:00+01:00", "2026-03-09T00:00:00+01:00"),
        (["2026-03-29", "2026-03-30"], "2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00"),
    ],
    ids=str,
)
def test_previous_period_has_the_same_length(words: object, start: str, end: str) -> None:
    previous = read(words).previous(NOW)
    assert (previous.start.isoformat(), previous.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("words", "interval"),
    [
        ("30m", "minute"),
        ("day", "hour"),
        ("24h", "hour"),
        (["2026-10-24", "2026-10-25"], "hour"),
        ("7d", "day"),
        ("30d", "day"),
        ("month", "day"),
        ("91d", "week"),
        ("6mo", "week"),
        ("year", "week"),
        ("36mo", "month"),
    ],
    ids=str,
)
def test_interval_follows_the_length(words: object, interval: str) -> None:
    assert read(words).interval == interval


@pytest.mark.parametrize(
    "words",
    [
        "yesterday",
        "0d",
        "d",
        "99999d",
        "9999mo",
        "٣d",
        "7D",
        None,
        7,
        [],
        ["2026-03-01"],
        ["2026-03-01", 3],
        ["2026-03-01", "soon"],
        ["2026-03-02", "2026-03-01"],
        ["2026-02-29", "2026-03-01"],
        ["1990-01-01", "2026-01-01"],
        ["9999-12-31", "9999-12-31"],
        ["0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00+14:00"],
        ["2026-03-01T12:00:00", "2026-03-01T11:00:00"],
        ["1990-01-01T00:00:00", "2026-01-01T00:00:00"],
        ["2026-03-01", "9999-12-31T23:59:59"],
    ],
    ids=str,
)
def test_what_is_no_period_is_refused_with_a_sentence_on_the_date_range(words: object) -> None:
    with pytest.raises(QueryError, match=r"date range .*\.$"):
        read(words)
