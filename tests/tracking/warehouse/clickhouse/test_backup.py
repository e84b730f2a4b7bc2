"""A backup of sealed events in ClickHouse has them as files, for either warehouse."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proj.backup import sealed
from proj.backup.contents import FORMAT, Contents, File, check_files
from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, totals, visit
from tracking.models import SealedShare, Site
from tracking.warehouse import engine
from tracking.warehouse.clickhouse import segments
from tracking.warehouse.sealing.manifest import live

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    """A site with two days in ClickHouse, and a hot visit."""
    site = SiteFactory()
    for day in range(2):
        visit(site, ["/", "/a"], start=NOON + timedelta(days=day))
        seal(LATER + timedelta(days=day))
    visit(site, ["/hot"], start=NOON + timedelta(days=5))
    return site


def answers(site: Site) -> tuple:
    return totals(site), by(site, "event:page"), by(site, "time:day")


def names() -> list[str]:
    return list(live().values_list("name", flat=True))


def kept(folder: Path, earlier: dict[str, File] | None = None) -> Contents:
    """As much of a backup as the sealed files are, in a new folder beside the data."""
    folder.mkdir()
    files = sealed.keep(names(), folder, earlier or {}, folder.with_name("first"))
    return Contents(FORMAT, "0", NOON, [], [], files, {})


def test_backup_has_clickhouse_rows_as_sealed_files(site, data):
    found = kept(data / "first")

    check_files(data / "first", found)
    assert {(kind, name) for kind in ("events", "visits") for name in names()} == {
        (sealed.kind_of(file), sealed.name_of(file)) for file in found.sealed
    }
    assert [] == list((data / "warehouse").rglob("*.parquet"))


def test_next_backup_fetches_nothing_anew(site, data, monkeypatch):
    first = {file.path: file for file in kept(data / "first").sealed}
    monkeypatch.setattr(segments, "save", None)

    assert list(first.values()) == kept(data / "second", first).sealed


def test_clickhouse_that_lost_its_rows_gets_them_back(site, data):
    before, found = answers(site), kept(data / "first")
    segments.remove(names())
    engine.close()

    sealed.put(found, data / "first", link=False)

    assert before == answers(site)


def test_files_take_the_place_of_clickhouse(site, data, settings: Any):
    before, found = answers(site), kept(data / "first")
    SealedShare.objects.update(summed=True)
    engine.close()
    settings.WAREHOUSE = ""

    sealed.put(found, data / "first", link=False)
    sealed.forget_missing_sums(found)

    assert before == answers(site)


def test_rows_that_a_backup_has_not_are_removed(site, data):
    _, *others = names()

    sealed.remove_all_but(others)

    assert set(others) == segments.everything()
