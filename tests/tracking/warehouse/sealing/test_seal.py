"""Closed visits change sides, and no answer shows it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import (
    LATER,
    NOON,
    by,
    noted,
    seal,
    sealed_files,
    totals,
    visit,
)
from tracking.models import Event, InboxHit, SealedSegment, SealedShare
from tracking.warehouse import Query, run
from tracking.warehouse.sealing import seal as sealing
from tracking.warehouse.sealing.closed import horizon
from tracking.warehouse.sealing.turn import Busy, turn

pytestmark = pytest.mark.django_db

AGE = timedelta(minutes=90)  # a visit's gap, and the hour that live pages show


def in_files(data: Path, columns: str) -> list[tuple]:
    """As anybody reads the events in the files, without the server."""
    files = f"{data}/warehouse/v1/events/*.parquet"
    return duckdb.sql(f"SELECT {columns} FROM '{files}' ORDER BY id").fetchall()  # noqa: S608


def test_closed_visit_leaves_the_event_table_and_stays_in_the_answers() -> None:
    site = SiteFactory()
    visit(site, ["/", "/about"])
    before = totals(site)
    moved = seal(LATER)
    assert (2, 0, before) == (moved, Event.objects.count(), totals(site))
    assert (1, 1, 2, 2, 0, 60) == before


def test_engine_started_later_reads_what_is_sealed() -> None:
    from tracking.warehouse import engine

    site = SiteFactory()
    visit(site, ["/", "/about"])
    seal(LATER)
    engine.close()
    assert (1, 1, 2, 2, 0, 60) == totals(site)


@pytest.mark.parametrize(
    ("last", "left"),
    [
        pytest.param(-AGE - timedelta(seconds=1), 0, id="closed-for-longer"),
        pytest.param(-AGE, 2, id="closed-just-now"),
    ],
)
def test_visit_is_sealed_when_its_last_event_is_old_enough(last: timedelta, left: int) -> None:
    site = SiteFactory()
    visit(site, ["/", "/about"], start=LATER + last - timedelta(minutes=1))
    seal(LATER)
    assert left == Event.objects.count()


def test_open_visit_stays_whole_while_older_events_of_it_lie_before_the_horizon() -> None:
    site = SiteFactory()
    old, new = LATER - timedelta(hours=2), LATER - timedelta(hours=1)
    first = EventFactory(site=site, time=old)
    noted([first, EventFactory(site=site, time=new, visit=first.id, visitor=first.visitor)])
    assert (0, 2) == (seal(LATER), Event.objects.count())


def test_waiting_hit_holds_back_the_visits_that_it_may_join() -> None:
    site = SiteFactory()
    visit(site, ["/"], start=NOON)
    waiting = NOON + timedelta(minutes=20)
    payload = json.dumps({"time_ms": int(waiting.timestamp() * 1000)})
    hit = InboxHit.objects.create(site_id=site.pk, payload=payload)
    held = seal(LATER)
    hit.delete()
    assert (0, 1) == (held, seal(LATER))


def test_horizon_is_an_hour_and_a_gap_before_now_when_nothing_waits() -> None:
    assert NOON - AGE == horizon(NOON)


def test_hot_and_sealed_visits_are_counted_together() -> None:
    site = SiteFactory()
    visit(site, ["/", "/about"])
    visit(site, ["/"], start=LATER - timedelta(minutes=5))
    seal(LATER)
    assert (1, (2, 2, 3, 3, 50, 30)) == (Event.objects.count(), totals(site))


def test_breakdowns_read_both_sides() -> None:
    site = SiteFactory()
    visit(site, ["/", "/about"], source="Google")
    visit(site, ["/about"], start=LATER - timedelta(minutes=5), source="Bing")
    seal(LATER)
    assert {"/": (1, 1), "/about": (2, 2)} == by(site, "event:page")
    assert {"Google": (1, 1), "Bing": (1, 1)} == by(site, "visit:source")
    assert {"/": (1, 1), "/about": (1, 1)} == by(site, "visit:entry_page")


def test_sites_share_files_and_see_their_own_alone() -> None:
    site, other = SiteFactory(), SiteFactory()
    visit(site, ["/a"])
    visit(other, ["/b", "/c"])
    seal(LATER)
    assert (1, {site.pk: 1, other.pk: 2}) == (
        SealedSegment.objects.count(),
        dict(SealedShare.objects.values_list("site_id", "events")),
    )
    assert ({"/a": (1, 1)}, {"/b": (1, 1), "/c": (1, 1)}) == (
        by(site, "event:page"),
        by(other, "event:page"),
    )


def test_visit_over_midnight_lies_with_all_its_events_in_the_day_it_began() -> None:
    site = SiteFactory()
    visit(site, ["/", "/a", "/b"], start=datetime(2026, 3, 10, 23, 58, 30, tzinfo=UTC))
    seal(LATER)
    assert ["2026-03-10"] == [str(row.day) for row in SealedSegment.objects.all()]
    one_day = totals(site, date_range=["2026-03-11", "2026-03-11"])
    assert (1, 1, 1, 1, 0, 120) == one_day


@pytest.mark.files
def test_engagement_and_events_without_a_visitor_are_sealed_too(data: Path) -> None:
    site = SiteFactory()
    unknown = EventFactory(site=site, visit=0, visitor=0, flags="no_visitor", time=NOON)
    alone = EventFactory(site=site, name="engagement", time=NOON, engaged_ms=900, scroll_depth=40)
    noted([unknown, alone])
    before = totals(site)
    seal(LATER)
    rows = in_files(data, "id, name, visit, engaged_ms, scroll_depth")
    assert [
        (unknown.id, "pageview", 0, None, None),
        (alone.id, "engagement", alone.id, 900, 40),
    ] == rows
    assert (0, before) == (Event.objects.count(), totals(site))
    assert (0, 0, 1, 1, None, None) == before


def test_rows_that_leave_in_several_slices_stay_in_the_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "SLICE", 2)
    site = SiteFactory()
    for _ in range(3):
        visit(site, ["/", "/about"])
    before = totals(site)
    seen = []
    whole_slice = sealing.Move.slice

    def slice_and_ask(self: sealing.Move, part: sealing.Slice) -> None:
        whole_slice(self, part)
        seen.append((Event.objects.count(), totals(site)))

    monkeypatch.setattr(sealing.Move, "slice", slice_and_ask)
    seal(LATER)
    assert [(4, before), (2, before), (0, before)] == seen
    assert [None] == list(SealedSegment.objects.values_list("upto", flat=True))


def test_more_events_than_are_staged_at_once_leave_in_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracking.warehouse.sealing.closed.MOST", 5)
    site = SiteFactory()
    for _ in range(4):
        visit(site, ["/", "/a", "/b"])
    before = totals(site)
    assert (12, 0, before) == (seal(LATER), Event.objects.count(), totals(site))


def test_event_that_joins_a_leaving_visit_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SLICE", 1)
    site = SiteFactory()
    visit(site, ["/gone"])
    (kept,) = visit(site, ["/kept"])
    first_slice = sealing.Move.slice
    joined = []

    def slice_after_a_late_event(self: sealing.Move, part: sealing.Slice) -> None:
        if part.units == [kept.id] and not joined:
            late = EventFactory(site=site, visit=kept.id, visitor=kept.visitor, time=NOON)
            noted([late])
            joined.append(late.id)
        first_slice(self, part)

    monkeypatch.setattr(sealing.Move, "slice", slice_after_a_late_event)
    moved = seal(LATER)
    assert (1, {kept.id, *joined}) == (moved, set(Event.objects.values_list("id", flat=True)))
    assert (2, 2, 3, 3, 50, 0) == totals(site)
    assert (2, 0) == (seal(LATER), Event.objects.count())
    assert (2, 2, 3, 3, 50, 0) == totals(site)


def test_row_removed_while_it_leaves_is_not_brought_back(monkeypatch: pytest.MonkeyPatch) -> None:
    site = SiteFactory()
    visit(site, ["/"])
    gone = visit(site, ["/gone"])
    write = sealing.write_segment

    def write_then_remove(*args):  # type: ignore[no-untyped-def]
        segment = write(*args)
        Event.objects.filter(id=gone[0].id).delete()
        return segment

    monkeypatch.setattr(sealing, "write_segment", write_then_remove)
    assert (0, 1) == (seal(LATER), Event.objects.count())
    assert set() == sealed_files()


def test_nothing_closed_writes_nothing() -> None:
    assert (0, set()) == (seal(LATER), sealed_files())


def test_second_sealer_at_once_is_refused() -> None:
    with turn(), pytest.raises(Busy):
        seal(LATER)


@pytest.mark.files
def test_props_and_revenue_survive(data: Path) -> None:
    site = SiteFactory()
    event = EventFactory(
        site=site, time=NOON, props='{"plan": "pro"}', revenue_amount="12.5", revenue_currency="EUR"
    )
    noted([event])
    seal(LATER)
    rows = in_files(data, "props, revenue_amount::VARCHAR, revenue_currency")
    assert [({"plan": "pro"}, "12.500", "EUR")] == rows


def test_all_time_begins_with_the_first_sealed_day() -> None:
    site = SiteFactory(timezone="Europe/Berlin")
    visit(site, ["/"], start=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    visit(site, ["/"], start=LATER - timedelta(minutes=5))
    seal(LATER)
    question = Query.build(site, ["visits"], [], [], "all", now=LATER)
    assert datetime(2026, 3, 10).date() == question.period.start.date()
    assert (2,) == run(question).rows[0].metrics
