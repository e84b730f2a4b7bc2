from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracking.warehouse import QueryError
from tracking.warehouse.buckets import Offset, buckets, offsets
from tracking.warehouse.periods import Period, read_period


def period(zone: str, first: str, last: str) -> Period:
    return read_period([first, last], ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC), None)


def labels(zone: str, first: str, last: str, interval: str) -> list[str]:
    return [bucket.label for bucket in buckets(period(zone, first, last), interval)]


def test_day_on_which_clocks_go_forward_has_23_hours() -> None:
    found = labels("Europe/Berlin", "2026-03-29", "2026-03-29", "hour")
    assert len(found) == 23
    assert found[1:4] == [
        "2026-03-29T01:00:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-29T04:00:00+02:00",
    ]


def test_hour_that_comes_twice_is_two_buckets() -> None:
    found = labels("Europe/Berlin", "2026-10-25", "2026-10-25", "hour")
    assert len(found) == 25
    assert found[1:5] == [
        "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_hours_of_a_half_hour_zone_begin_on_its_own_clock() -> None:
    found = buckets(period("Asia/Kolkata", "2026-03-10", "2026-03-10"), "hour")
    assert [(bucket.key, bucket.label) for bucket in found[:2]] == [
        (datetime(2026, 3, 9, 18, 30), "2026-03-10T00:00:00+05:30"),
        (datetime(2026, 3, 9, 19, 30), "2026-03-10T01:00:00+05:30"),
    ]
    assert len(found) == 24


def test_first_week_begins_with_the_period_and_later_ones_on_mondays() -> None:
    found = labels("America/St_Johns", "2026-03-04", "2026-03-17", "week")
    assert found == ["2026-03-04", "2026-03-09", "2026-03-16"]


def test_months_are_known_by_their_first_day() -> None:
    found = labels("UTC", "2025-11-20", "2026-01-01", "month")
    assert found == ["2025-11-01", "2025-12-01", "2026-01-01"]


def test_offsets_change_at_the_second_the_clocks_change() -> None:
    assert offsets(period("Europe/Berlin", "2026-01-01", "2026-12-31")) == [
        Offset(datetime(2025, 12, 31, 23), timedelta(hours=1)),
        Offset(datetime(2026, 3, 29, 1), timedelta(hours=2)),
        Offset(datetime(2026, 10, 25, 1), timedelta(hours=1)),
    ]


def test_too_many_buckets_are_refused() -> None:
    with pytest.raises(QueryError, match=r"'time:minute' .* more than 10000 parts"):
        buckets(period("UTC", "2026-01-01", "2026-01-31"), "minute")
