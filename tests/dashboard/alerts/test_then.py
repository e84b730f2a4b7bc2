"""Where the link of an alert leads."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from realtime.out import telling
from realtime.out.models import Occurrence, Threshold
from tests.factories import SeatFactory, SiteFactory
from tests.realtime.stored import event, store
from tracking.models import Goal, Role, Site

pytestmark = pytest.mark.django_db

# On the 29th of March the clocks of Berlin go forward at one by that of UTC.
BEGAN = datetime(2026, 3, 29, 1, 30, 4, 300_000, tzinfo=UTC)
LIVE = "/sites/northpeak.example/live?"
REPORT = "/sites/northpeak.example/?"


@pytest.fixture
def site(client) -> Site:
    """A site that somebody who is signed in may see."""
    seat = SeatFactory(
        site__domain="northpeak.example", site__timezone="Europe/Berlin", role=Role.VIEWER
    )
    client.force_login(seat.user)
    return seat.site


def link_of(site: Site, **fields: object) -> str:
    given = {"site": site, "limit": 1, "minutes": 10, "figure": "visits"}
    row = Threshold.objects.create(**{**given, **fields})
    return telling.link_to(Occurrence(threshold=row, opened_at=BEGAN))


def led(client, link: str, later: timedelta) -> str:
    """Where a link leads that is opened so much later."""
    with time_machine.travel(BEGAN + later, tick=False):
        return client.get(link).url


@pytest.mark.parametrize(
    ("later", "where"),
    [
        (timedelta(0), f"{LIVE}moment=1774747805000"),
        (timedelta(minutes=1), f"{LIVE}moment=1774747805000"),
        (timedelta(hours=24), f"{LIVE}moment=1774747805000"),
        (timedelta(hours=26), f"{REPORT}from=2026-03-29T01:55&to=2026-03-29T03:30"),
        (timedelta(days=100), f"{REPORT}from=2026-03-29T01:55&to=2026-03-29T03:30"),
    ],
    ids=[
        "within its second",
        "a minute later",
        "a day later",
        "two hours after that",
        "long after",
    ],
)
def test_moment_is_shown_live_for_a_day_and_as_the_minutes_counted_later(
    client, site, later, where
):
    # Half past three in Berlin was 35 minutes after five to two.
    assert where == led(client, link_of(site, minutes=35), later)


def test_report_is_of_half_an_hour_at_least(client, site):
    where = led(client, link_of(site, minutes=1), timedelta(days=2))

    assert f"{REPORT}from=2026-03-29T03:00&to=2026-03-29T03:30" == where


def test_live_page_then_shows_what_crossed_the_limit(client, site):
    for path, after in (("/with-it", -100), ("/later", 1_000)):
        store(event(site, path=path, time=BEGAN + timedelta(milliseconds=after)))
    link = link_of(site)

    with time_machine.travel(BEGAN + timedelta(hours=3), tick=False):
        page = client.get(link, follow=True)

    assert (True, "1") == (page.context["is_past"], page.context["online_exact"])
    assert ["/with-it" in row for row in page.context["past_rows"]] == [True]


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=2)], ids=["live", "report"])
def test_moment_of_a_goal_shows_those_who_reached_it(client, site, later):
    goal = Goal.objects.create(site=site, event_name="50%, or more")
    link = link_of(site, watches="goal", goal=goal)

    with time_machine.travel(BEGAN + later, tick=False):
        page = client.get(link, follow=True)

    assert 200 == page.status_code
    assert "50%, or more" in page.content.decode()


def test_moment_of_a_goal_that_is_gone_is_the_reports_to_explain(client, site):
    link = link_of(site, goal=Goal.objects.create(site=site, event_name="Signup"))
    Goal.objects.all().delete()

    assert led(client, link, timedelta(hours=1)).startswith(REPORT)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "moment=1774747805000",
        "moment=soon&minutes=5",
        "moment=-1&minutes=5",
        "moment=1&minutes=0",
    ],
)
def test_address_of_no_moment_leads_to_the_live_page(client, site, query):
    assert LIVE.rstrip("?") == client.get(f"/sites/northpeak.example/alerts/then?{query}").url


def test_moment_of_a_site_that_one_does_not_see_is_not_found(client, site):
    link = link_of(SiteFactory())

    assert 404 == client.get(link).status_code


def test_whoever_is_not_signed_in_is_led_on_afterwards(client, site):
    link = link_of(site)
    client.logout()

    answer = client.get(link)

    assert "?next=/sites/northpeak.example/alerts/then%3Fmoment%3D1774747805000%26minutes%3D10" in (
        answer.url
    )
