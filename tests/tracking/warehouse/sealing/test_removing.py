"""Sites, visitors and old visits that are deleted are gone from sealed files too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import (
    LATER,
    NOON,
    by,
    seal,
    sealed_files,
    totals,
    visit,
)
from tracking.models import Event, QuarantinedHit, SealedSegment
from tracking.warehouse.sealing import seal as sealing
from tracking.warehouse.sealing.erase import erase_visitor
from tracking.warehouse.sealing.manifest import live
from tracking.warehouse.sealing.retention import first_kept, remove_hot
from tracking.warehouse.sealing.unlink import unlink_removed

pytestmark = pytest.mark.django_db

NOTHING = (0, 0, 0, 0, None, None)


def visitors_in_files(data: Path) -> set[tuple[int, int]]:
    """Sites and visitors in all files that lie there, counted or not."""
    files = list((data / "warehouse/v1/events").glob("*.parquet"))
    rows = [
        duckdb.sql(f"SELECT site_id, visitor FROM '{file}'").fetchall()  # noqa: S608
        for file in files
    ]
    return {row for found in rows for row in found}


def much_later() -> None:
    unlink_removed(
        SealedSegment.objects.exclude(removed_at=None).latest("removed_at").removed_at
        + timedelta(minutes=2)
    )


@pytest.mark.files
def test_deleted_site_is_gone_from_answers_at_once_and_from_files_with_the_next_run(
    data: Path,
) -> None:
    site, other = SiteFactory(), SiteFactory()
    visit(site, ["/"])
    (kept,) = visit(other, ["/"])
    seal(LATER)
    totals(site)
    key = site.pk
    site.delete()
    site.pk = key
    assert (NOTHING, (1, 1, 1, 1, 100, 0)) == (totals(site), totals(other))
    seal(LATER)
    much_later()
    assert {(other.pk, kept.visitor)} == visitors_in_files(data)
    assert (1, 1, 1, 1, 100, 0) == totals(other)


def test_site_deleted_while_its_visits_are_sealed_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site, other = SiteFactory(), SiteFactory()
    visit(other, ["/"])
    visit(site, ["/"])
    monkeypatch.setattr(sealing, "SLICE", 1)
    write = sealing.write_segment
    key = site.pk

    def write_then_delete(*args: Any) -> SealedSegment:
        segment = write(*args)
        site.delete()
        return segment

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sealing, "write_segment", write_then_delete)
        seal(LATER)
    site.pk = key
    assert (NOTHING, (1, 1, 1, 1, 100, 0)) == (totals(site), totals(other))
    seal(LATER)
    assert (NOTHING, (1, 1, 1, 1, 100, 0)) == (totals(site), totals(other))


@pytest.mark.files
def test_erased_visitor_is_gone_from_both_sides(data: Path) -> None:
    site, other = SiteFactory(), SiteFactory()
    (gone,), (kept,) = visit(site, ["/gone"]), visit(site, ["/kept"])
    visit(other, ["/"], visitor=gone.visitor)
    seal(LATER)
    visit(site, ["/gone"], start=LATER, visitor=gone.visitor)
    assert (2, 3, 3, 3, 100, 0) == totals(site)
    erase_visitor(site.pk, [gone.visitor])
    assert (0, {"/kept": (1, 1)}) == (Event.objects.count(), by(site, "event:page"))
    much_later()
    assert {(site.pk, kept.visitor), (other.pk, gone.visitor)} == visitors_in_files(data)
    assert (1, 1, 1, 1, 100, 0) == totals(other)


@pytest.mark.files
def test_segment_of_which_nothing_is_left_has_no_successor() -> None:
    site = SiteFactory()
    (gone,) = visit(site, ["/gone"])
    seal(LATER)
    erase_visitor(site.pk, [gone.visitor])
    much_later()
    assert (NOTHING, set()) == (totals(site), sealed_files())


def test_hits_set_aside_are_kept_no_longer_than_visits() -> None:
    keeping, short = SiteFactory(), SiteFactory(retention_days=7)
    for site in (keeping, short):
        hit = QuarantinedHit.objects.create(site_id=site.pk, payload="{}", error="")
        old = NOON - timedelta(days=8)
        QuarantinedHit.objects.filter(pk=hit.pk).update(quarantined_at=old)
    seal(NOON)
    assert [keeping.pk] == list(QuarantinedHit.objects.values_list("site_id", flat=True))


def test_visits_older_than_what_is_retained_are_removed_by_whole_days(settings: Any) -> None:
    site = SiteFactory()
    visit(site, ["/old"], start=NOON - timedelta(days=8))
    visit(site, ["/kept"], start=NOON - timedelta(days=7))
    seal(LATER)
    settings.RETENTION_DAYS = 7
    seal(NOON)
    assert {"/kept": (1, 1)} == by(site, "event:page")


@pytest.mark.parametrize(
    ("chosen", "servers", "mine", "others"),
    [
        pytest.param(7, 0, {"/7"}, {"/8", "/7"}, id="the site's"),
        pytest.param(7, 30, {"/7"}, {"/8", "/7"}, id="the site's is shorter"),
        pytest.param(30, 7, {"/7"}, {"/7"}, id="the server's is shorter"),
        pytest.param(None, 7, {"/7"}, {"/7"}, id="the server's"),
    ],
)
def test_site_keeps_its_visits_for_as_long_as_it_chose_or_the_server_says(
    settings: Any, chosen: int | None, servers: int, mine: set[str], others: set[str]
) -> None:
    settings.RETENTION_DAYS = servers
    sites = [SiteFactory(retention_days=chosen), SiteFactory()]
    for days in (8, 7):
        for site in sites:
            visit(site, [f"/{days}"], start=NOON - timedelta(days=days))
    seal(NOON - timedelta(days=6))
    seal(NOON)
    assert [mine, others] == [set(by(site, "event:page")) for site in sites]


@pytest.mark.files
def test_bytes_of_visits_that_a_site_no_longer_keeps_go_from_shared_files(data: Path) -> None:
    site, other = SiteFactory(retention_days=7), SiteFactory()
    visit(site, ["/old"], start=NOON - timedelta(days=8))
    (others,) = visit(other, ["/kept"], start=NOON - timedelta(days=8))
    seal(NOON - timedelta(days=7))
    seal(NOON)
    much_later()
    assert {(other.pk, others.visitor)} == visitors_in_files(data)


def test_segment_without_anything_old_is_left_alone() -> None:
    site, other = SiteFactory(retention_days=7), SiteFactory()
    visit(site, ["/old"], start=NOON - timedelta(days=8))
    visit(other, ["/kept"], start=NOON - timedelta(days=8))
    seal(NOON - timedelta(days=7))
    seal(NOON)
    before = set(live().values_list("name", flat=True))
    seal(NOON + timedelta(hours=1))
    assert before == set(live().values_list("name", flat=True))


def test_late_event_of_a_day_that_is_no_longer_kept_goes_from_the_event_table() -> None:
    site = SiteFactory(retention_days=7)
    visit(site, ["/old", "/old"], start=NOON - timedelta(days=8))
    visit(site, ["/kept"])
    visit(site, ["/alone"], start=NOON - timedelta(days=8), visit=0, visitor=0)
    totals(site)
    remove_hot({site.pk: first_kept(site, NOON)})
    assert (["/kept"], {"/kept": (1, 1)}) == (
        list(Event.objects.values_list("path", flat=True)),
        by(site, "event:page"),
    )


def test_mirror_that_saw_nothing_leave_forgets_what_is_no_longer_kept() -> None:
    site = SiteFactory(retention_days=7)
    visit(site, ["/old"], start=NOON - timedelta(days=6, hours=13))
    visit(site, ["/kept"], start=NOON - timedelta(days=6, hours=11))
    totals(site)
    seal(NOON)
    seal(NOON + timedelta(days=1))
    assert {"/kept": (1, 1)} == by(site, "event:page")


@pytest.mark.files
def test_a_month_loses_its_older_days(settings: Any) -> None:
    site = SiteFactory()
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    visit(site, ["/old", "/old"], start=midnight - timedelta(seconds=30))
    visit(site, ["/kept"], start=midnight)
    seal(LATER)
    seal(LATER + timedelta(days=3))
    assert 1 == live().count()
    settings.RETENTION_DAYS = 7
    seal(midnight + timedelta(days=7))
    assert {"/kept": (1, 1)} == by(site, "event:page")


def test_files_of_a_replaced_segment_stay_while_a_question_may_read_them(data: Path) -> None:
    site = SiteFactory()
    (gone,), _ = visit(site, ["/gone"]), visit(site, ["/kept"])
    seal(LATER)
    before = sealed_files()
    erase_visitor(site.pk, [gone.visitor])
    removed_at = SealedSegment.objects.get(removed_at__isnull=False).removed_at
    unlink_removed(removed_at + timedelta(seconds=89))
    assert before < sealed_files()
    unlink_removed(removed_at + timedelta(seconds=91))
    assert set() == before & sealed_files()


@pytest.mark.files
def test_files_that_never_came_into_the_manifest_are_removed_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visit(SiteFactory(), ["/"])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(sealing.Move, "slice", killed)
        with pytest.raises(KeyboardInterrupt):
            seal(LATER)
    left = sealed_files()
    seal(LATER)
    assert (1, set()) == (len(left), left & sealed_files())


def test_files_of_another_database_are_left_alone(data: Path) -> None:
    foreign = data / "warehouse/v1/events/2026-03-10-0000000000000000.parquet"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"somebody's")
    seal(LATER)
    assert foreign.exists()
