"""Which days of a file are the site's own already."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.factories import EventFactory, SiteFactory
from tests.tracking.transfer.files import imported
from tests.tracking.transfer.formats.goatcounter_files import Hit, exported
from tests.tracking.warehouse.sealing.sealed import totals
from tracking.models import Import, Site
from tracking.transfer.days import begun_here
from tracking.transfer.errors import ImportProblem

pytestmark = pytest.mark.django_db

# In Berlin the eleventh begins between the second and the third.
HITS = [
    Hit("/a", "a1", datetime(2026, 3, 9, 12, tzinfo=UTC)),
    Hit("/b", "b1", datetime(2026, 3, 10, 22, 59, 59, tzinfo=UTC)),
    Hit("/c", "c1", datetime(2026, 3, 10, 23, tzinfo=UTC)),
    Hit("/d", "d1", datetime(2026, 3, 11, 12, tzinfo=UTC)),
]
LATER = "Events of the day before which the import ends, and of later days"


def berlin() -> Site:
    return SiteFactory(timezone="Europe/Berlin")


def brought(site: Site, folder: Path, **options: str) -> Import:
    file = folder / "export.csv"
    file.write_bytes(exported(*HITS))
    return imported(site, file, "goatcounter", options)


def test_import_ends_before_the_day_that_is_named_in_the_zone_of_the_site(tmp_path: Path):
    site = berlin()

    job = brought(site, tmp_path, before="2026-03-11")

    assert (2, 0, [(LATER, 2)], (2, 2, 2)) == (
        job.events,
        job.refused,
        job.left_out,
        totals(site)[:3],
    )


def test_same_file_with_a_later_day_adds_the_days_between(tmp_path: Path):
    site = berlin()
    brought(site, tmp_path, before="2026-03-10")

    jobs = [brought(site, tmp_path, before="2026-03-11"), brought(site, tmp_path)]

    assert [(1, 1), (2, 2)] == [(job.events, job.known) for job in jobs]
    assert (4, 4, 4) == totals(site)[:3]


def test_day_that_is_none_is_refused(tmp_path: Path):
    with pytest.raises(ImportProblem, match="Write the day as 2026-03-10"):
        brought(berlin(), tmp_path, before="tomorrow")


def test_site_began_on_the_day_of_its_first_own_event():
    site = berlin()
    for hour in (22, 23):
        EventFactory(site=site, time=datetime(2026, 3, 10, hour, 30, tzinfo=UTC))

    assert date(2026, 3, 10) == begun_here(site)


@pytest.mark.parametrize("chosen", ["2026-03-10", ""])
def test_day_is_that_of_the_import_before_once_there_was_one(tmp_path: Path, chosen: str):
    site = berlin()
    EventFactory(site=site, time=datetime(2026, 3, 11, 12, tzinfo=UTC))

    brought(site, tmp_path, **({"before": chosen} if chosen else {}))

    assert (date.fromisoformat(chosen) if chosen else None) == begun_here(site)


def test_site_without_events_has_not_begun():
    assert begun_here(berlin()) is None
