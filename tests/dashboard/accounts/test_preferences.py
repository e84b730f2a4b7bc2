"""What a person prefers, and where it shows."""

from datetime import UTC, datetime

import pytest

from dashboard.accounts.models import Scheme, User, WeekStart
from dashboard.templatetags.people import moment
from tests.factories import EventFactory, SeatFactory, UserFactory

pytestmark = pytest.mark.django_db

CHOSEN = {"timezone": "Europe/Berlin", "week_start": "6", "scheme": "dark"}


@pytest.fixture
def user(client) -> User:
    user = UserFactory()
    client.force_login(user)
    return user


def test_what_is_chosen_is_kept(client, user):
    client.post("/account/preferences", CHOSEN)

    user.refresh_from_db()
    assert ("Europe/Berlin", WeekStart.SUNDAY, Scheme.DARK) == (
        user.timezone,
        user.week_start,
        user.scheme,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("timezone", "Europe/Nowhere"), ("week_start", "3"), ("scheme", "pink")],
    ids=["no time zone", "no day on which weeks begin", "no colours"],
)
@pytest.mark.usefixtures("user")
def test_what_does_not_exist_is_refused(client, field, value):
    response = client.post("/account/preferences", {**CHOSEN, field: value})

    assert [field] == list(response.context["form"].errors)


@pytest.mark.parametrize(
    ("scheme", "theme"),
    [("", ""), ("light", 'data-theme="light"'), ("dark", 'data-theme="dark"')],
    ids=["as the device has it", "light", "dark"],
)
@pytest.mark.usefixtures("user")
def test_pages_have_the_colours(client, scheme, theme):
    client.post("/account/preferences", {**CHOSEN, "scheme": scheme})

    [root] = [
        line
        for line in client.get("/account").content.decode().splitlines()
        if line.startswith("<html")
    ]

    assert f'<html lang="en" {theme}>' == root


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "10 Mar 2026, 12:05 UTC"),
        ("Europe/Berlin", "10 Mar 2026, 13:05 CET"),
        ("America/Sao_Paulo", "10 Mar 2026, 09:05 UTC-03"),
    ],
)
def test_moment_is_told_in_the_time_zone_of_who_reads(zone, words):
    person = UserFactory.build(timezone=zone)

    assert words == moment(datetime(2026, 3, 10, 12, 5, tzinfo=UTC), person)


def test_moment_is_told_in_utc_to_whoever_has_no_account():
    assert "10 Mar 2026, 12:05 UTC" == moment(datetime(2026, 3, 10, 12, 5, tzinfo=UTC), "")


@pytest.mark.parametrize("start", WeekStart, ids=lambda day: day.label)
def test_week_of_a_report_begins_on_the_day_that_its_reader_prefers(client, start):
    seat = SeatFactory()
    EventFactory(site=seat.site)
    seat.user.week_start = start
    seat.user.save()
    client.force_login(seat.user)

    page = client.get(f"/sites/{seat.site.domain}/?period=last-week")

    assert start == page.context["first"].weekday()
