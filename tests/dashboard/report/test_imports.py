"""Imported totals on the report: in its figures, and said to be."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import EventFactory, SeatFactory
from tests.tracking.warehouse.totals import kept

pytestmark = pytest.mark.django_db

ANSWERED = "Includes imported totals from Plausible"


@pytest.fixture
def seat():
    """The owner of a site that was counted elsewhere until a week ago."""
    seat = SeatFactory()
    today = timezone.now().date()
    first, last = today - timedelta(days=20), today - timedelta(days=7)
    rows = [(last, 500, 500, 500, 0, 0)]
    kept(seat.site, {"visitors": rows}, [(first.isoformat(), last.isoformat())])
    EventFactory(site=seat.site, time=timezone.now())
    return seat


def shown(seat, client: Client, address: str = "", **parameters: str) -> str:
    client.force_login(seat.user)
    answer = client.get(f"/sites/{seat.site.domain}/{address}", parameters)
    assert 200 == answer.status_code
    return " ".join(answer.content.decode().split())


def test_report_takes_them_in_and_says_from_where_to_where(seat, client):
    page = shown(seat, client)
    assert all(
        text in page
        for text in (ANSWERED, "501", "Imported totals from Plausible end", "imports=no")
    )


def test_switched_off_they_are_left_out_and_can_be_taken_in_again(seat, client):
    page = shown(seat, client, imports="no")
    assert ANSWERED not in page
    assert "501" not in page
    assert "Imported totals are left out" in page


def test_panel_that_they_cannot_answer_says_that_it_is_without_them(seat, client):
    assert "Without imported totals" in shown(seat, client, "widgets/devices")


def test_site_without_any_says_nothing_of_them(client):
    seat = SeatFactory()
    EventFactory(site=seat.site, time=timezone.now())
    assert "mported totals" not in shown(seat, client)


def test_report_of_totals_alone_is_no_new_site(client):
    seat = SeatFactory()
    day = (timezone.now() - timedelta(days=3)).date().isoformat()
    kept(seat.site, {"visitors": [(day, 7, 7, 7, 0, 0)]}, [(day, day)])
    assert ANSWERED in shown(seat, client)


def test_period_of_hours_is_without_them(seat, client):
    assert ANSWERED not in shown(seat, client, period="24h")
