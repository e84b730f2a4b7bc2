"""Notes on the charts of a site."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking.models import Annotation, Role, SharedLink

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
NOTES = "/sites/site.example/notes"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client):
    membership = SeatFactory(site__domain="site.example", site__timezone="Europe/Berlin")
    client.force_login(membership.user)
    EventFactory(site=membership.site, time=NOW - timedelta(hours=1))
    return membership.site


def shown(client, parameters: str) -> list[tuple[str, str]]:
    chart = client.get(f"/sites/site.example/?{parameters}").context["overview"].chart
    return [(note.name, note.text) for note in chart.notes]


def test_a_note_stands_at_its_day_or_its_hour(client, site):
    client.post(NOTES, {"text": "Release", "day": "2026-03-09", "clock": "14:30"})
    client.post(NOTES, {"text": "Holiday", "day": "2026-03-10"})

    assert [
        ("Mon 9 Mar 2026", "Release"),
        ("Tue 10 Mar 2026", "Holiday"),
    ] == shown(client, "period=7d")
    assert [("Mon 9 Mar, 14:00", "Release")] == shown(client, "period=yesterday")
    assert [] == shown(client, "from=2026-03-01&to=2026-03-08")


def test_the_list_tells_the_time_of_a_note_that_has_one(client, site):
    client.post(NOTES, {"text": "Release", "day": "2026-03-09", "clock": "14:30"})
    client.post(NOTES, {"text": "Holiday", "day": "2026-03-10"})

    rows = client.get(NOTES).context["rows"]

    assert ["10 Mar 2026", "Mon 9 Mar 2026, 14:30"] == [when for _, when in rows]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"])
def test_a_note_of_a_day_that_no_report_shows_is_refused(client, site, day):
    response = client.post(NOTES, {"text": "Release", "day": day})

    assert (0, True) == (
        Annotation.objects.count(),
        "No report shows this day." in response.content.decode(),
    )


def test_notes_of_other_sites_are_not_shown(client, site):
    Annotation.objects.create(site=SiteFactory(), time=NOW, text="Elsewhere")

    assert [] == shown(client, "period=7d")


def test_a_note_is_deleted_by_owners_alone(client, site):
    note = Annotation.objects.create(site=site, time=NOW, text="Release")
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)
    refused = client.post(f"{NOTES}/{note.pk}/delete").status_code
    client.force_login(SeatFactory(site=site).user)

    client.post(f"{NOTES}/{note.pk}/delete")

    assert (404, 0) == (refused, Annotation.objects.count())


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "", "day": "2026-03-09"},
        {"text": "x" * 201, "day": "2026-03-09"},
        {"text": "No day"},
    ],
    ids=["no text", "long text", "no day"],
)
def test_a_note_without_its_words_or_day_is_refused(client, site, fields):
    assert (200, 0) == (client.post(NOTES, fields).status_code, Annotation.objects.count())


def test_whoever_has_a_link_reads_the_notes_and_is_led_to_no_list_of_them(client, site):
    Annotation.objects.create(site=site, time=NOW, text="<i>Release</i>")
    link = SharedLink.objects.create(site=site, name="For a friend")

    page = client.get(f"/share/{link.token}/").content.decode()

    assert "&lt;i&gt;Release&lt;/i&gt;" in page
    assert "/notes" not in page
