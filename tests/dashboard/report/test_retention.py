"""The page of retention."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory
from tracking.models import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
ADDRESS = "/sites/site.example/retention"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def seated(client, **more):
    seat = SeatFactory(site__domain="site.example", **more)
    client.force_login(seat.user)
    return seat.site


def came(site, visitor, *days, **more):
    for day in days:
        EventFactory(site=site, visitor=visitor, time=datetime(2026, 3, day, 9, tzinfo=UTC), **more)


def lines(page):
    return [
        (line.name, line.visitors, [cell.text for cell in line.cells])
        for line in page.context["lines"]
    ]


def test_cohorts_stand_in_rows_with_their_shares(client):
    site = seated(client, site__own_ids=True)
    came(site, 1, 3, 10, 17)
    came(site, 2, 4)
    came(site, 3, 11, 17)

    page = client.get(f"{ADDRESS}?from=2026-03-02&to=2026-03-18&by=week")

    assert [
        ("2–8 Mar 2026", 2, ["50%", "50%"]),
        ("9–15 Mar 2026", 1, ["100%", ""]),
        ("16–22 Mar 2026", 0, ["", ""]),
    ] == lines(page)
    assert ["50%", "–"] == [cell.text for cell in page.context["means"]]
    assert "1 of 2, so far" in page.content.decode()


def test_the_more_came_back_the_darker_the_cell(client):
    site = seated(client, site__own_ids=True)
    came(site, 1, 3, 4)
    for visitor in range(2, 11):
        came(site, visitor, 3)
    came(site, 11, 5, 6)

    page = client.get(f"{ADDRESS}?from=2026-03-03&to=2026-03-06&by=day")

    first, _, third, _ = page.context["lines"]
    assert [1, 0, 0] == [cell.level for cell in first.cells]
    assert [5, 0, 0] == [cell.level for cell in third.cells]


def test_filters_hold_for_the_first_visit(client):
    site = seated(client, site__own_ids=True)
    came(site, 1, 10, source="Google")
    came(site, 2, 10)

    page = client.get(f"{ADDRESS}?from=2026-03-09&to=2026-03-15&f=is,visit:source,Google")

    assert [("9–15 Mar 2026", 1, [])] == lines(page)


def test_what_cannot_be_known_is_a_dash_with_the_reason(client):
    site = seated(client, site__visitor_days=7)
    # Its first key begins tomorrow: another one would have begun seven days before.
    came(site, 1, 10, 11)

    page = client.get(f"{ADDRESS}?from=2026-03-10&to=2026-03-13")

    assert ("10 Mar 2026", 1, ["100%", "–", "–"]) == lines(page)[0]
    assert "visitors have become new before this day was over" in page.content.decode()


@pytest.mark.parametrize(
    ("choices", "intervals"),
    [
        ({"site__visitor_days": 7}, ["day"]),
        ({"site__visitor_days": 30}, ["day", "week"]),
        ({"site__own_ids": True}, ["day", "week", "month"]),
    ],
    ids=["7 days", "30 days", "own ids"],
)
def test_only_what_the_sites_choices_let_be_known_is_offered(client, choices, intervals):
    seated(client, **choices)

    page = client.get(ADDRESS)

    assert intervals == [name for name, _ in page.context["intervals"]]


@pytest.mark.parametrize(
    ("role", "leads"), [(Role.OWNER, True), (Role.VIEWER, False)], ids=["owner", "viewer"]
)
def test_where_nobody_is_known_again_the_page_says_why_and_who_may_choose(client, role, leads):
    seated(client, role=role)

    page = client.get(ADDRESS).content.decode()

    assert "Nobody can know who comes back to site.example" in page
    assert leads == ('href="/sites/site.example/privacy"' in page)


def test_an_interval_that_is_not_known_long_enough_is_refused(client):
    seated(client, site__visitor_days=7)

    answer = client.get(f"{ADDRESS}?by=week")

    assert answer.status_code == 400
    assert "in which no week" in answer.content.decode()


def test_a_period_of_many_weeks_is_told_by_month(client):
    seated(client, site__own_ids=True)

    page = client.get(f"{ADDRESS}?from=2024-01-01&to=2026-03-18")

    assert ("month", 27) == (page.context["by"], len(page.context["lines"]))
