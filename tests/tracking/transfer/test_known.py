"""Records that were imported before: exports that overlap, in any order, killed anywhere."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import SiteFactory
from tests.tracking.transfer.files import imported
from tests.tracking.transfer.formats.goatcounter_files import Hit, exported
from tests.tracking.warehouse.sealing.sealed import totals
from tracking.models import Import, ImportedRecords, Site
from tracking.transfer import importing
from tracking.transfer.errors import ImportProblem

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HITS = [Hit(f"/{n}", f"a{n}", NOON + n * timedelta(minutes=1)) for n in range(6)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def brought(site: Site, file: Path, *hits: Hit, **options: Any) -> tuple[int, int]:
    """How many events were added, and how many were known."""
    file.write_bytes(exported(*hits))
    job = imported(site, file, "goatcounter", **options)
    return job.events, job.known


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(exports=st.lists(st.lists(st.integers(0, 3), max_size=6), min_size=1, max_size=3))
def test_exports_in_any_order_add_up_to_the_most_that_one_of_them_has(
    exports: list[list[int]], tmp_path_factory: pytest.TempPathFactory
):
    site, file = SiteFactory(), tmp_path_factory.mktemp("exports") / "export.csv"
    expected: Counter[int] = Counter()

    for number, export in enumerate(exports):
        # Else two equal files are one.
        own = Hit(f"/own/{number}", "own", NOON)
        brought(site, file, own, *[HITS[n] for n in export])
        expected |= Counter(export)

    assert expected.total() + len(exports) == totals(site)[2]


def test_killed_run_knows_what_it_knew(file: Path, monkeypatch: pytest.MonkeyPatch):
    site = SiteFactory()
    brought(site, file, *HITS[:3], HITS[0])
    with monkeypatch.context() as killing:
        killing.setattr(importing, "next_generation", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            brought(site, file, *HITS, HITS[0])

    found = brought(site, file, *HITS, HITS[0])

    assert ((3, 4), 7) == (found, totals(site)[2])


def test_records_of_an_import_that_failed_are_not_known(file: Path, monkeypatch: Any):
    site = SiteFactory()
    with monkeypatch.context() as failing:
        failing.setattr(importing, "LONGEST_WAIT", -1.0)
        with importing.turn(), pytest.raises(ImportProblem):
            brought(site, file, *HITS[:3])

    assert (6, 0) == brought(site, file, *HITS)


def test_records_of_another_site_are_not_known(file: Path):
    brought(SiteFactory(), file, *HITS[:3])

    assert (6, 0) == brought(SiteFactory(), file, *HITS)


def test_records_are_added_again_where_that_is_asked_for(file: Path):
    site = SiteFactory()
    brought(site, file, *HITS)

    assert (6, 0) == brought(site, file, *HITS, again=True)


def test_export_with_nothing_new_adds_nothing(file: Path):
    site = SiteFactory()
    brought(site, file, *HITS)

    assert ((0, 3), 6) == (brought(site, file, *HITS[:3]), totals(site)[2])


def test_what_is_kept_of_records_is_gone_with_the_site(file: Path):
    site = SiteFactory()
    brought(site, file, *HITS)
    kept = [len(row.hashes) for row in ImportedRecords.objects.all()]

    site.delete()

    assert ([8 * 6], 0, 0) == (kept, ImportedRecords.objects.count(), Import.objects.count())
