"""Which report is due, by the clock of whoever gets it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from realtime.subscriptions.due import Span, newest, upcoming
from realtime.subscriptions.models import SentReport, Subscription
from tests.factories import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def subscription(zone: str = "UTC", week_start: int = 0, **fields: object) -> Subscription:
    user = UserFactory(timezone=zone, week_start=week_start)
    given = {"site": SiteFactory(), "since": LONG_AGO, "confirmed_at": LONG_AGO, **fields}
    return Subscription.objects.create(user=user, **given)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "week_start", "now", "span"),
    [
        ("UTC", 0, "2026-03-09T06:59", (date(2026, 2, 23), date(2026, 3, 1))),
        ("UTC", 0, "2026-03-09T07:00", (date(2026, 3, 2), date(2026, 3, 8))),
        ("UTC", 6, "2026-03-08T07:00", (date(2026, 3, 1), date(2026, 3, 7))),
        ("UTC", 5, "2026-03-07T07:00", (date(2026, 2, 28), date(2026, 3, 6))),
        ("America/New_York", 0, "2026-03-09T10:59", (date(2026, 2, 23), date(2026, 3, 1))),
        ("America/New_York", 0, "2026-03-09T11:00", (date(2026, 3, 2), date(2026, 3, 8))),
        ("Europe/Berlin", 0, "2026-03-30T05:00", (date(2026, 3, 23), date(2026, 3, 29))),
    ],
    ids=["before", "Monday", "Sunday", "Saturday", "not yet there", "summer time", "in Berlin"],
)
def test_week_is_due_in_the_morning_after_it(zone, week_start, now, span):
    row = subscription(zone, week_start)

    assert Span(*span) == newest(row, at(now), [row.site])


@pytest.mark.parametrize(
    ("now", "span"),
    [
        ("2026-03-01T06:59", (date(2026, 1, 1), date(2026, 1, 31))),
        ("2026-03-01T07:00", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-03-31T23:59", (date(2026, 2, 1), date(2026, 2, 28))),
    ],
    ids=["before", "on the first", "until the next"],
)
def test_month_is_due_on_the_first(now, span):
    row = subscription(rhythm="monthly")

    assert Span(*span) == newest(row, at(now), [row.site])


def test_report_waits_until_the_days_of_the_site_have_ended():
    row = subscription("Pacific/Auckland", site=SiteFactory(timezone="America/Los_Angeles"))
    # Monday, seven in Auckland, is Sunday at eleven in Los Angeles.
    morning, settled = at("2026-03-08T18:00"), at("2026-03-09T07:30")

    found = [newest(row, each, [row.site]) for each in (morning, settled)]

    assert [date(2026, 2, 23), date(2026, 3, 2)] == [span.first for span in found if span]


def sent(row: Subscription, first: date) -> None:
    SentReport.objects.create(
        subscription=row, first_day=first, last_day=first + timedelta(days=6), sent_at=LONG_AGO
    )


def test_sent_period_is_not_due_again():
    row = subscription()
    sent(row, date(2026, 3, 2))

    assert newest(row, at("2026-03-12T12:00"), [row.site]) is None


def test_clock_that_was_set_back_makes_nothing_due_before_what_was_sent():
    row = subscription()
    sent(row, date(2026, 3, 2))

    assert newest(row, at("2026-03-09T06:00"), [row.site]) is None


def test_week_that_begins_on_another_day_is_no_second_report_of_the_same_days():
    row = subscription(week_start=6)
    sent(row, date(2026, 3, 1))
    row.user.week_start = 0

    found = [newest(row, at(f"2026-03-{day}T08:00"), [row.site]) for day in ("09", "16")]

    assert [None, Span(date(2026, 3, 9), date(2026, 3, 15))] == found


def test_what_was_due_before_the_subscription_is_not_sent():
    row = subscription(since=at("2026-03-09T07:01"))

    found = [newest(row, at(f"2026-03-{day}T08:00"), [row.site]) for day in ("10", "16")]

    assert [None, Span(date(2026, 3, 9), date(2026, 3, 15))] == found


@pytest.mark.parametrize(
    ("rhythm", "before"),
    [
        ("weekly", Span(date(2026, 2, 23), date(2026, 3, 1))),
        ("monthly", Span(date(2026, 1, 1), date(2026, 1, 31))),
    ],
)
def test_period_is_compared_with_the_one_before(rhythm, before):
    row = subscription(rhythm=rhythm)
    span = newest(row, at("2026-03-10T12:00"), [row.site])

    assert span
    assert before == span.before


def test_next_one_is_told():
    row = subscription("America/New_York")

    assert at("2026-03-09T11:00") == upcoming(row, at("2026-03-03T12:00"), [row.site])
