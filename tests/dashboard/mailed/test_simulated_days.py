"""Ten simulated days: each report and each alert is told once.

Over two changes of the hour, with workers that die at every step of their work, two of them at
once, and a clock that is set forward and back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import cycle

import pytest

from dashboard.mailed import sending
from realtime.mail import outbox
from realtime.mail.letter import Letter, write
from realtime.models import OutgoingMail
from realtime.out import telling, thresholds
from realtime.out.models import AlertReader, Crossing, Occurrence, Threshold
from realtime.subscriptions.models import SentReport, Subscription
from tests.factories import MemberFactory, SeatFactory
from tracking.access import visible_sites

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
# Berlin changes the hour on 29 March, Lord Howe by half an hour on 5 April.
START, HOURS = datetime(2026, 3, 26, tzinfo=UTC), 24 * 12
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Pacific/Kiritimati")
# How far the clock was off from the first to the last of these hours.
WRONG = {(40, 52): 3 * HOUR, (70, 90): -2 * HOUR, (150, 170): -5 * HOUR, (230, 240): 2 * HOUR}
# When a figure is beyond its limit, from one hour to another of the whole time; in Berlin it is
# quiet from 22:00 to 07:00.
BEYOND = {"by day": (34, 37), "over before it ends": (93, 95), "into the morning": (119, 128)}


class Death(BaseException):
    """What no `except Exception` holds up, as `kill -9`."""


def clock(hour: int) -> datetime:
    off = next((by for (first, last), by in WRONG.items() if first <= hour < last), 0 * HOUR)
    return START + hour * HOUR + off


def short(report: sending.Report, _sites: object, to: str, _now: datetime) -> Letter:
    row = report.subscription
    subject = f"{row.pk} {report.span.first}" if row else ""
    return write("password_changed", to, {"email": to}, subject=subject)


def steps(*where: tuple[object, str]) -> Iterator[tuple[object, str, bool]]:
    """Each step in turn, for ever: to die before it, then to die after it."""
    return cycle((owner, name, before) for owner, name in where for before in (True, False))


@contextmanager
def dying(patch: pytest.MonkeyPatch, step: tuple[object, str, bool]) -> Iterator[None]:
    """Whoever comes to that step in here dies, and all their work with them."""
    owner, name, before = step
    with patch.context() as broken, suppress(Death):
        broken.setattr(owner, name, dies if before else then_dies(getattr(owner, name)))
        yield


def dies(*_given: object, **_named: object) -> None:
    raise Death


def then_dies(work):
    def both(*given: object, **named: object) -> None:
        work(*given, **named)
        raise Death

    return both


def beside(patch: pytest.MonkeyPatch, owner: object, name: str, other) -> None:
    """Let another worker do all its work in the middle of this one's, each time."""
    work, inside = getattr(owner, name), []

    def interrupted(*given: object, **named: object) -> object:
        if not inside:
            inside.append(1)
            other()
            inside.clear()
        return work(*given, **named)

    patch.setattr(owner, name, interrupted)


def mornings(row: Subscription) -> list[str]:
    """The first days of the periods whose report is due: counted anew, hour by hour."""
    found = []
    for hour in range(HOURS):
        now = (START + hour * HOUR).astimezone(row.zone)
        if now.time().hour != 7:
            continue
        if row.rhythm == "weekly" and now.weekday() == row.first_weekday:
            found.append(str(now.date() - timedelta(days=7)))
        if row.rhythm == "monthly" and now.day == 1:
            found.append(str((now.date() - timedelta(days=1)).replace(day=1)))
    return found


def test_each_report_is_sent_once(monkeypatch):
    seat = SeatFactory(site__timezone="Europe/Berlin")
    rows = []
    for number, zone in enumerate(ZONES):
        user = MemberFactory(team=seat.site.team, user__timezone=zone).user
        user.week_start = (0, 6)[number % 2]
        user.save()
        place = {"site": seat.site} if number % 2 else {"team": seat.site.team}
        for rhythm in ("weekly", "monthly"):
            row = Subscription.objects.create(
                user=user, rhythm=rhythm, since=START, confirmed_at=START, **place
            )
            rows.append(row)
    assert visible_sites(rows[0].user).exists()
    monkeypatch.setattr(sending, "written", short)
    deaths = steps(
        (sending, "newest"),
        (sending, "written"),
        (SentReport.objects, "create"),
        (outbox, "keep"),
        (sending, "note"),
    )

    for hour in range(HOURS):
        now = clock(hour)
        with dying(monkeypatch, next(deaths)):
            sending.send_due(now)
        if hour % 2:
            with monkeypatch.context() as patch:
                beside(patch, sending, "written", partial(sending.send_due, now))
                sending.send_due(now)
    sending.send_due(START + HOURS * HOUR)

    expected = sorted(f"{row.pk} {day}" for row in rows for day in mornings(row))
    assert expected == sorted(f"{row.subscription_id} {row.first_day}" for row in sent())
    assert expected == sorted(letter.subject for letter in letters())


def sent() -> list[SentReport]:
    return list(SentReport.objects.all())


def letters() -> list[Letter]:
    return [letter for row in OutgoingMail.objects.all() if (letter := outbox.opened(row))]


def test_each_alert_is_told_once(monkeypatch):
    seat = SeatFactory(user__timezone="Europe/Berlin")
    alert = Threshold.objects.create(
        site=seat.site, limit=10, owner=seat.user, quiet_from=time(22), quiet_until=time(7)
    )
    AlertReader.objects.create(threshold=alert, user=seat.user)
    hours: list[int] = []
    monkeypatch.setattr(thresholds, "figure", lambda *_given: figure_at(hours[-1]))
    deaths = steps(
        (thresholds, "figure"),
        (Occurrence.objects, "create"),
        (telling.log, "take_ids"),
        (Crossing.objects, "create"),
        (outbox, "keep"),
        (telling, "tell"),
        (thresholds, "cross"),
    )

    for hour in range(HOURS):
        hours.append(hour)
        with dying(monkeypatch, next(deaths)):
            thresholds.check_all(clock(hour))
        with monkeypatch.context() as patch:
            later = clock(hour) + timedelta(minutes=10)
            beside(patch, Occurrence.objects, "create", partial(look_alone, alert.pk, later))
            thresholds.check_all(later)

    occurrences = list(Occurrence.objects.order_by("pk"))
    told = [each.told_at is not None for each in occurrences]
    assert ([True, False, True], [True] * 3) == (
        told,
        [bool(each.closed_at) for each in occurrences],
    )
    assert 2 == Crossing.objects.count() == len(letters())


def look_alone(number: int, now: datetime) -> None:
    thresholds.check(Threshold.objects.get(pk=number), now)


def figure_at(hour: int) -> int:
    return 50 if any(first <= hour < last for first, last in BEYOND.values()) else 0
