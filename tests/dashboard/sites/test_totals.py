"""Imported totals on the page of imports."""

import pytest

from tests.factories import SeatFactory
from tests.tracking.warehouse.totals import kept
from tracking.models import Change, Import, Totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    """The owner of a site with totals of five days."""
    seat = SeatFactory()
    kept(seat.site, {"visitors": []}, [("2026-03-01", "2026-03-03"), ("2026-03-05", "2026-03-06")])
    Import.objects.update(format="plausible", events=12, fingerprint="f")
    return seat


def page(seat, client) -> str:
    client.force_login(seat.user)
    answer = client.get(f"/sites/{seat.site.domain}/transfer")
    return " ".join(answer.content.decode().split())


def test_list_says_which_days_count(seat, client):
    found = page(seat, client)
    assert "daily totals of Plausible, 12 lines" in found
    assert "They count on 5 days, 1 March 2026 to 6 March 2026" in found


def test_totals_stay_on_the_list_however_many_imports_follow(seat, client):
    for _ in range(9):
        Import.objects.create(site=seat.site, file_name="x", state=Import.State.CANCELLED)
    assert "daily totals of Plausible" in page(seat, client)


def test_totals_are_removed_as_a_whole_and_recorded(seat, client):
    client.force_login(seat.user)
    job = Import.objects.get()

    client.post(f"/sites/{seat.site.domain}/imports/{job.pk}/remove")

    job.refresh_from_db()
    assert (False, "") == (Totals.objects.exists(), job.fingerprint)
    assert [("deleted", "import", "export.zip")] == list(
        Change.objects.values_list("did", "what", "name")
    )
    assert "Its daily totals are removed from the reports." in page(seat, client)


def test_import_without_totals_has_nothing_to_remove(client):
    seat = SeatFactory()
    job = Import.objects.create(site=seat.site, file_name="x", state=Import.State.DONE)
    client.force_login(seat.user)
    client.post(f"/sites/{seat.site.domain}/imports/{job.pk}/remove")
    assert not Change.objects.exists()
