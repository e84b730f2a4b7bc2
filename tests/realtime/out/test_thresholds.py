from datetime import UTC, datetime, timedelta

import pytest

from realtime.out import telling, thresholds
from realtime.out.models import Crossing, Occurrence, Threshold
from tests.factories import SiteFactory
from tests.realtime.stored import event, store
from tracking.models import InboxHit, Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def make(site: Site, **fields: object) -> Threshold:
    return Threshold.objects.create(site=site, **fields)


def views(site: Site, *visitors: int, ago: int = 0, **fields: object) -> None:
    """A visit of each visitor so many minutes ago."""
    time = NOW - timedelta(minutes=ago)
    store(*(event(site, time=time, visitor=each, **fields) for each in visitors))


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"figure": "online"}, 4),
        ({"figure": "pageviews", "minutes": 1}, 3),
        ({"figure": "pageviews", "minutes": 10}, 6),
        ({"figure": "visits", "minutes": 10}, 5),
    ],
    ids=["online", "a minute", "ten minutes", "visits"],
)
def test_figure_counts_its_own_minutes(fields, value):
    site = SiteFactory()
    views(site, 1, 2, 3)
    views(site, 3, 4, ago=4)
    views(site, 1, ago=4, visit=1)
    views(site, 5, 6, ago=11)
    views(site, 7, 8, flags="bot")
    views(SiteFactory(), 9)

    assert value == thresholds.figure(make(site, limit=1, **fields), NOW)


def values_seen(threshold: Threshold, values: list[int]) -> list[int]:
    """Which of the values, seen one after another, made an event."""
    made = []
    for number, value in enumerate(values):
        threshold.refresh_from_db()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(thresholds, "figure", lambda *_args, seen=value: seen)
            thresholds.check(threshold, NOW + timedelta(seconds=number))
        if Crossing.objects.count() > len(made):
            made.append(value)
    return made


@pytest.mark.parametrize(
    ("limit", "values", "made"),
    [
        (2, [2, 3, 4, 2, 3, 1, 3], [3, 3]),
        (100, [99, 101, 102, 100, 99, 101, 91, 101, 90, 105], [101, 105]),
        (0, [0, 1, 2, 0, 1], [1, 1]),
    ],
    ids=["a few", "around the limit", "anybody"],
)
def test_more_than_the_limit_makes_one_event_until_it_is_back(limit, values, made):
    threshold = make(SiteFactory(), limit=limit)

    assert made == values_seen(threshold, values)


@pytest.mark.parametrize(
    ("limit", "values", "made"),
    [
        (2, [2, 1, 0, 2, 1, 3, 1], [1, 1]),
        (100, [100, 99, 98, 109, 99, 110, 99], [99, 99]),
    ],
    ids=["a few", "around the limit"],
)
def test_fewer_than_the_limit_makes_one_event_until_it_is_back(limit, values, made):
    threshold = make(SiteFactory(), limit=limit, direction="below")

    assert made == values_seen(threshold, values)


def test_few_are_no_event_while_hits_wait():
    site = SiteFactory()
    InboxHit.objects.create(site_id=site.pk, payload='{"time_ms": 1}')

    assert [] == values_seen(make(site, limit=5, direction="below"), [0])


def test_crossing_tells_what_it_was_and_stands_after_all_that_was_stored():
    site = SiteFactory()
    views(site, 1, 2, 3)
    threshold = make(site, figure="visits", limit=2, minutes=10)

    thresholds.check(threshold, NOW)
    views(site, 4)

    assert [(4, NOW, "More than 2 visits in 10 minutes", "visits", "above", 2, 10, 3)] == list(
        Crossing.objects.values_list(
            *("id", "time", "threshold", "figure", "direction", "limit", "minutes", "value")
        )
    )


def test_threshold_is_looked_at_every_five_seconds_whoever_looks(monkeypatch):
    looked = []
    monkeypatch.setattr(thresholds, "check", lambda threshold, now: looked.append(now))
    make(SiteFactory(), limit=1)
    times = [NOW + timedelta(seconds=each) for each in (0, 0, 1, 4, 5, 6, 10)]

    for time in times:
        thresholds.check_all(time)

    assert [0, 5, 10] == [(each - NOW).seconds for each in looked]


def test_clock_that_was_set_back_keeps_no_threshold_from_being_looked_at(monkeypatch):
    looked = []
    monkeypatch.setattr(thresholds, "check", lambda threshold, now: looked.append(now))
    make(SiteFactory(), limit=1, checked_at=NOW + timedelta(hours=1))

    thresholds.check_all(NOW)

    assert [NOW] == looked


def test_threshold_that_another_process_took_meanwhile_is_left_to_it(monkeypatch):
    looked = []

    def check(threshold: Threshold, now: datetime) -> None:
        looked.append(threshold.pk)
        if len(looked) == 1:
            # Another process, while this one has read which there are.
            thresholds.check_all(now)

    monkeypatch.setattr(thresholds, "check", check)
    rows = [make(SiteFactory(), limit=1) for _ in range(2)]

    thresholds.check_all(NOW)

    assert [row.pk for row in rows] == looked


def test_crossing_that_another_process_has_found_is_told_by_that_one():
    row = make(SiteFactory(), limit=1)

    told = [thresholds.cross(row, 2, 1, NOW) for _ in range(2)]

    assert ([True, False], 1, 1) == (told, Occurrence.objects.count(), Crossing.objects.count())


def test_crossing_that_cannot_be_told_is_none(monkeypatch):
    row = make(SiteFactory(), limit=1)
    monkeypatch.setattr(telling, "tell", lambda *_args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        thresholds.cross(row, 2, 1, NOW)

    row.refresh_from_db()
    assert (False, 0) == (row.crossed, Occurrence.objects.count())


def test_history_forgets_what_was_over_long_ago():
    row = make(SiteFactory(), limit=1)
    long_ago, lately = NOW - thresholds.HISTORY - timedelta(days=1), NOW - timedelta(days=1)
    for closed_at in (long_ago, lately, None):
        Occurrence.objects.create(
            threshold=row, value=2, limit=1, opened_at=long_ago, closed_at=closed_at
        )

    thresholds.forget(NOW)

    assert {lately, None} == set(Occurrence.objects.values_list("closed_at", flat=True))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"limit": 100}, "More than 100 visitors online"),
        ({"limit": 5, "figure": "pageviews"}, "More than 5 pageviews in a minute"),
        (
            {"limit": 5, "figure": "visits", "direction": "below", "minutes": 10},
            "Fewer than 5 visits in 10 minutes",
        ),
    ],
)
def test_threshold_is_called_what_it_is(fields, name):
    assert name == Threshold(**fields).name
