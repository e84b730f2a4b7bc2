"""GET /api/v1/stats/realtime/visitors."""

import pytest

from tests.dashboard.api.asking import asking
from tests.factories import EventFactory, SeatFactory, SiteFactory

pytestmark = pytest.mark.django_db


def test_visitors_of_the_last_five_minutes_are_a_bare_number(time_machine):
    owned = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    time_machine.move_to("2026-03-10T12:05:00Z", tick=False)
    EventFactory.create_batch(2, site=owned.site, time="2026-03-10T12:00:01Z")
    EventFactory(site=owned.site, time="2026-03-10T11:59:59Z")

    assert (200, 2) == asking(owned.user)(
        "GET", "/api/v1/stats/realtime/visitors?site_id=northpeak.example"
    )


def test_without_a_site_the_request_is_refused():
    assert (400, {"error": "The request must have the key 'site_id'."}) == asking(
        SeatFactory().user
    )("GET", "/api/v1/stats/realtime/visitors")
