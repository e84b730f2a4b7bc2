"""The figures that alerts watch."""

from datetime import UTC, datetime, timedelta

import pytest

from realtime.out import thresholds, watched
from realtime.out.models import Threshold
from tests.factories import SiteFactory
from tests.realtime.stored import event, store
from tracking.models import Goal, Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def site(zone: str = "UTC", age: timedelta = 52 * WEEK) -> Site:
    made = SiteFactory(timezone=zone)
    made.created_at = NOW - age
    made.save()
    return made


def alert(of: Site, watches: str, **fields: object) -> Threshold:
    made = Threshold.objects.create(site=of, watches=watches, **{"limit": 1, **fields})
    made.created_at = NOW - 4 * WEEK
    made.save()
    return made


def views(of: Site, count: int, at: datetime, **fields: object) -> None:
    store(*(event(of, time=at - timedelta(minutes=1), **fields) for _ in range(count)))


def test_usual_is_the_middle_of_the_same_minutes_of_four_weeks():
    shop = site()
    for back, count in ((1, 10), (2, 30), (3, 20), (4, 500), (5, 7)):
        views(shop, count, NOW - back * WEEK)
    views(shop, 99, NOW - WEEK - timedelta(hours=1))

    assert 25 == watched.usual(shop, 30, NOW)


def test_usual_keeps_the_hour_of_the_day_over_a_change_of_the_hour():
    shop = site("Europe/Berlin", age=2 * WEEK + timedelta(hours=1))
    # On Tuesday at 14:00 in Berlin; a week before that was an hour later in UTC.
    views(shop, 12, NOW - WEEK + timedelta(hours=1))
    views(shop, 12, NOW - 2 * WEEK + timedelta(hours=1))

    assert 12 == watched.usual(shop, 30, NOW)


def test_nothing_is_usual_in_the_first_two_weeks():
    shop = site(age=WEEK + timedelta(hours=2))
    views(shop, 50, NOW - WEEK)
    views(shop, 500, NOW)

    assert watched.usual(shop, 30, NOW) is None
    assert not thresholds.check(alert(shop, "spike", limit=200, minutes=30), NOW)


@pytest.mark.parametrize(
    ("watches", "limit", "usual", "now", "told"),
    [
        ("spike", 200, 20, 41, True),
        ("spike", 200, 20, 40, False),
        ("spike", 200, 2, 9, False),
        ("drop", 50, 20, 9, True),
        ("drop", 50, 20, 10, False),
        ("drop", 50, 9, 0, False),
    ],
    ids=["spike", "twice", "few", "drop", "half", "few, and none"],
)
def test_unusual_is_told(watches, limit, usual, now, told):
    shop = site()
    for back in (1, 2, 3, 4):
        views(shop, usual, NOW - back * WEEK)
    views(shop, now, NOW)

    assert told == thresholds.check(
        alert(
            shop,
            watches,
            limit=limit,
            minutes=30,
            direction={"spike": "above", "drop": "below"}[watches],
        ),
        NOW,
    )


def test_minutes_are_counted_from_their_first_second_up_to_now():
    shop = site()
    start = NOW - timedelta(minutes=10)
    for time in (start - timedelta(seconds=1), start, NOW - timedelta(seconds=1), NOW):
        store(event(shop, time=time))

    assert 2 == watched.asked(shop, "events", start, NOW)


def test_silence_is_told_once_until_a_hit_comes():
    shop = site()
    row = alert(shop, "silence", direction="below", minutes=60)
    views(shop, 1, NOW - timedelta(minutes=30))

    told = []
    for minutes in (0, 40, 50):
        row.refresh_from_db()
        told.append(thresholds.check(row, NOW + timedelta(minutes=minutes)))
    views(shop, 1, NOW + timedelta(minutes=55))
    for minutes in (56, 130):
        row.refresh_from_db()
        told.append(thresholds.check(row, NOW + timedelta(minutes=minutes)))

    assert [False, True, False, False, True] == told


def test_time_before_the_alert_was_made_is_no_silence():
    row = alert(site(), "silence", direction="below", minutes=60)
    Threshold.objects.update(created_at=NOW - timedelta(minutes=59))
    row.refresh_from_db()

    assert not thresholds.check(row, NOW)


@pytest.mark.parametrize(
    ("direction", "count", "told"),
    [("above", 3, True), ("above", 2, False), ("below", 1, True), ("below", 2, False)],
)
def test_goal_is_told_when_it_is_reached_more_or_less_often(direction, count, told):
    shop = site()
    goal = Goal.objects.create(site=shop, event_name="Signup")
    views(shop, 9, NOW)
    views(shop, count, NOW, name="Signup")
    row = alert(shop, "goal", goal=goal, direction=direction, limit=2, minutes=60)

    assert told == thresholds.check(row, NOW)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"name": "404", "path": "/gone"}, 2),
        ({"path": "/404"}, 2),
        ({"path": "/404.html"}, 2),
        ({"path": "/404/"}, 2),
        ({"path": "/404th-post"}, 0),
        ({"path": "/rooms/404"}, 0),
    ],
    ids=["event", "page", "file", "folder", "another", "deeper"],
)
def test_error_pages_are_counted_as_sites_name_them(fields, value):
    shop = site()
    views(shop, 2, NOW, **fields)

    assert value == watched.figure(alert(shop, "errors", minutes=60), NOW)


def test_kinds_are_looked_at_in_their_own_time_by_one_of_two(monkeypatch):
    looked = []
    monkeypatch.setattr(thresholds, "check", lambda row, now: looked.append((row.watches, now)))
    shop = site()
    for watches in ("number", "silence", "spike"):
        alert(shop, watches)

    for minutes in (0, 0, 1, 5):
        thresholds.check_all(NOW + timedelta(minutes=minutes), thresholds.SLOW)

    assert [("silence", 0), ("silence", 1), ("silence", 5), ("spike", 0), ("spike", 5)] == sorted(
        (watches, (now - NOW).seconds // 60) for watches, now in looked
    )


def test_alert_that_fails_keeps_no_other(monkeypatch):
    first, second = alert(site(), "number"), alert(site(), "number")

    def check(row: Threshold, now: datetime) -> bool:
        if row == first:
            raise ValueError
        return True

    monkeypatch.setattr(thresholds, "check", check)

    assert {second.site_id} == thresholds.check_all(NOW)
