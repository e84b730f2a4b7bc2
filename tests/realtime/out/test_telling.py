"""What is told of an alert, and to whom."""

import json
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from realtime.out import deliveries, events, telling, thresholds
from realtime.out.models import AlertReader, Crossing, Delivery, Occurrence, Threshold
from tests.factories import MemberFactory, SeatFactory, UserFactory
from tests.mail import delivered
from tests.realtime.out.hooks import make_hook
from tests.realtime.stored import event, store
from tracking.models import Goal, Member, Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
LINK = "http://localhost:8000/sites/shop.example/alerts/then?moment=1773145800000&minutes=10"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "http://localhost:8000"


def alert(seat, **fields: object) -> Threshold:
    given = {"site": seat.site, "limit": 2, "minutes": 10, "figure": "visits", "owner": seat.user}
    return Threshold.objects.create(**{**given, **fields})


def shop():
    return SeatFactory(site__domain="shop.example", site__timezone="Europe/Berlin")


def beyond(seat, ago: int = 0) -> None:
    store(*(event(seat.site, time=NOW - timedelta(minutes=ago)) for _ in range(3)))


def look(row: Threshold, now: datetime = NOW) -> bool:
    row.refresh_from_db()
    return thresholds.check(row, now)


def test_readers_who_still_see_the_site_are_mailed_the_moment_in_their_own_time():
    seat = shop()
    row = alert(seat)
    reader = MemberFactory(team=seat.site.team, user__timezone="Asia/Tokyo").user
    gone = UserFactory()
    for user in (reader, gone):
        AlertReader.objects.create(threshold=row, user=user)
    beyond(seat)

    look(row)

    [mail] = delivered()
    subject = "shop.example: More than 2 visits in 10 minutes"
    assert ([reader.email], subject) == (mail.to, mail.subject)
    assert "it is 3, at 10 Mar 2026, 21:30 (Asia/Tokyo)." in str(mail.body)
    assert LINK in str(mail.body)


def test_link_to_the_alerts_is_for_those_who_may_open_them():
    seat = shop()
    row = alert(seat)
    viewer = MemberFactory(team=seat.site.team, role=Role.VIEWER).user
    for user in (seat.user, viewer):
        AlertReader.objects.create(threshold=row, user=user)
    beyond(seat)

    look(row)

    has_link = {
        mail.to[0]: "/sites/shop.example/alerts\n" in f"{mail.body}\n" for mail in delivered()
    }
    assert {seat.user.email: True, viewer.email: False} == has_link


def test_webhooks_and_slack_hear_of_it():
    seat = shop()
    plain, slack = make_hook(seat.site), make_hook(seat.site, kinds=["threshold"], form="slack")
    row = alert(seat)
    beyond(seat)
    look(row)

    for hook in (plain, slack):
        deliveries.make(hook, events.end(), NOW)

    told = json.loads(Delivery.objects.get(webhook=plain, kind="threshold").payload)
    assert ("number", LINK, 3) == (told["watches"], told["link"], told["value"])
    assert {
        "text": "*shop.example*: More than 2 visits in 10 minutes. It is 3 now. "
        f"<{LINK.replace('&', '&amp;')}|Show the moment>"
    } == json.loads(Delivery.objects.get(webhook=slack).payload)


def test_link_is_of_the_whole_second_in_which_it_began_and_of_the_goal():
    seat = shop()
    goal = Goal.objects.create(site=seat.site, event_name="50%, or more")
    began = NOW + timedelta(seconds=4, milliseconds=300)

    link = telling.link_to(Occurrence(threshold=alert(seat, goal=goal), opened_at=began))

    asked = parse_qs(urlsplit(link).query)
    assert {
        "moment": ["1773145805000"],
        "minutes": ["10"],
        "f": ["is,event:goal,50%25%2C or more"],
    } == asked


def test_name_that_somebody_gave_is_no_markup_in_slack():
    seat = shop()
    goal = Goal.objects.create(site=seat.site, event_name="<!channel> & more")
    row = alert(seat, watches="goal", goal=goal)
    occurrence = Occurrence.objects.create(threshold=row, value=3, limit=2, opened_at=NOW)
    slack = make_hook(seat.site, kinds=["threshold"], form="slack")
    store(event(seat.site))

    telling.tell(occurrence, NOW)
    deliveries.make(slack, events.end(), NOW)

    text = json.loads(Delivery.objects.get().payload)["text"]
    assert ("&lt;!channel&gt; &amp; more" in text, "<!" in text) == (True, False)


def test_occurrence_is_told_once():
    seat = shop()
    row = alert(seat)
    beyond(seat)
    look(row)
    occurrence = Occurrence.objects.get()

    assert (False, 1) == (telling.tell(occurrence, NOW), Crossing.objects.count())


@pytest.mark.parametrize(
    ("start", "end", "clock", "quiet"),
    [
        (time(22), time(7), "23:30", True),
        (time(22), time(7), "06:59", True),
        (time(22), time(7), "07:00", False),
        (time(22), time(7), "21:59", False),
        (time(12), time(14), "13:00", True),
        (time(12), time(14), "14:00", False),
        (time(12), time(12), "12:00", False),
        (None, None, "03:00", False),
    ],
)
def test_quiet_hours_are_the_owners(start, end, clock, quiet):
    seat = shop()
    seat.user.timezone = "America/New_York"
    row = Threshold(site=seat.site, owner=seat.user, quiet_from=start, quiet_until=end)
    hours, minutes = map(int, clock.split(":"))
    now = datetime(2026, 3, 10, hours, minutes, tzinfo=seat.user.zone)

    assert quiet == row.is_quiet(now.astimezone(UTC))


def test_what_still_holds_when_quiet_hours_end_is_told_then():
    seat = shop()
    row = alert(seat, quiet_from=time(12), quiet_until=time(13))
    AlertReader.objects.create(threshold=row, user=seat.user)
    beyond(seat)

    told = [look(row), look(row, NOW + timedelta(minutes=5))]
    store(*(event(seat.site, time=NOW + timedelta(minutes=28)) for _ in range(3)))
    told += [look(row, NOW + timedelta(minutes=each)) for each in (30, 31)]

    assert [False, False, True, False] == told
    assert (1, NOW) == (len(delivered()), Occurrence.objects.get().opened_at)


def test_what_was_over_before_is_not_told_and_stands_in_the_history():
    seat = shop()
    row = alert(seat, quiet_from=time(12), quiet_until=time(13))
    beyond(seat)
    look(row)

    told = look(row, NOW + timedelta(minutes=31))

    occurrence = Occurrence.objects.get()
    assert (False, None, False) == (told, occurrence.told_at, occurrence.closed_at is None)


def test_alert_of_nobodys_own_keeps_telling_webhooks():
    seat = shop()
    row = alert(seat)
    Member.objects.all().delete()
    beyond(seat)

    assert look(row)
    assert [] == delivered()
