"""Segments of a day become one, and single visits are told from those of returning visitors."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import (
    LATER,
    NOON,
    by,
    day,
    seal,
    totals,
    visit,
)
from tests.tracking.warehouse.sealing.test_late import enrich
from tracking.models import ReopenedVisit, SealedSegment
from tracking.warehouse.sealing import merge, upkeep
from tracking.warehouse.sealing.manifest import live

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

SETTLED = LATER + timedelta(days=3)


def april(number: int) -> date:
    return date(2026, 4, number)


def single_visits(data: Path) -> set[int]:
    """As the files that count say."""
    found: set[int] = set()
    for name in live().values_list("name", flat=True):
        file = data / f"warehouse/v1/visits/{name}.parquet"
        rows = duckdb.sql(f"SELECT visit FROM '{file}' WHERE single").fetchall()  # noqa: S608
        found |= {visit for (visit,) in rows}
    return found


def single_pages(data: Path) -> list[tuple[int, str]]:
    (name,) = live().values_list("name", flat=True)
    file = data / f"warehouse/v1/events/{name}.parquet"
    return duckdb.sql(
        f"SELECT visit, path FROM '{file}' WHERE single ORDER BY id"  # noqa: S608
    ).fetchall()


@pytest.mark.parametrize(
    ("sizes", "worth"),
    [
        pytest.param([9], False, id="one"),
        pytest.param([1, 1], True, id="two-alike"),
        pytest.param([9, 1], False, id="one-large-one-small"),
        pytest.param([8, 1, 1], True, id="small-ones-are-a-quarter"),
        pytest.param([100, 1, 1, 1, 1], False, id="five"),
        pytest.param([100, 1, 1, 1, 1, 1], True, id="six"),
    ],
)
def test_segments_are_merged_when_small_ones_gather(sizes: list[int], worth: bool) -> None:
    assert worth == merge.is_worth_it([SealedSegment(size=size) for size in sizes])


def test_segments_of_a_day_become_one() -> None:
    site = SiteFactory()
    counts = []
    for hour in range(3):
        visit(site, ["/"], start=NOON + timedelta(hours=hour))
        seal(NOON + timedelta(hours=hour + 2))
        counts.append((live().count(), totals(site)[0]))
    assert [(1, 1), (1, 2), (1, 3)] == counts


@pytest.mark.files
def test_settled_days_of_a_month_become_one_segment(data: Path) -> None:
    site = SiteFactory()
    visits = [visit(site, ["/"], start=NOON + timedelta(days=number))[0] for number in range(2)]
    visit(site, ["/"], start=NOON + timedelta(days=30))
    seal(LATER + timedelta(days=30))
    young = [(row.day, row.last_day) for row in live()]
    before = totals(site)
    seal(SETTLED + timedelta(days=30))
    assert [(day(10), day(10)), (day(11), day(11)), (april(9), april(9))] == young
    assert [(day(10), day(11)), (april(9), april(9))] == [(row.day, row.last_day) for row in live()]
    assert {row.id for row in visits} < single_visits(data)
    assert (2, 2) == before[:2] == totals(site)[:2]


@pytest.mark.files
def test_day_is_settled_two_days_after_its_last_segment() -> None:
    site = SiteFactory()
    visit(site, ["/"])
    seal(LATER)
    sealed_at = live().get().sealed_at
    seal(sealed_at + timedelta(hours=49))
    young = live().get().final
    seal(sealed_at + timedelta(hours=49, seconds=1))
    assert (False, True) == (young, live().get().final)


def test_settled_day_is_left_alone() -> None:
    visit(SiteFactory(), ["/"])
    seal(LATER)
    seal(SETTLED)
    before = live().get().name
    seal(SETTLED + timedelta(days=1))
    assert before == live().get().name


@pytest.mark.files
def test_single_visit_is_one_whose_visitor_has_no_other(data: Path) -> None:
    site, other = SiteFactory(), SiteFactory()
    (alone,) = visit(site, ["/"])
    (twice,) = visit(site, ["/"])
    visit(site, ["/"], start=NOON + timedelta(hours=2), visitor=twice.visitor)
    (elsewhere,) = visit(other, ["/"], visitor=twice.visitor)
    (next_day,) = visit(site, ["/"])
    visit(site, ["/"], start=NOON + timedelta(days=1), visitor=next_day.visitor)
    (hot,) = visit(site, ["/"])
    seal(LATER + timedelta(days=1))
    visit(site, ["/"], start=SETTLED + timedelta(days=1), visitor=hot.visitor)
    before = totals(site)
    seal(SETTLED + timedelta(days=1))
    assert {alone.id, elsewhere.id} == single_visits(data)
    assert before == totals(site)
    assert (4, 7) == before[:2]


@pytest.mark.files
@pytest.mark.parametrize("choice", [{"visitor_days": 30}, {"own_ids": True}], ids=["days", "ids"])
def test_no_visit_is_single_where_visitors_are_known_for_long(
    data: Path, choice: dict, time_machine: Any
) -> None:
    site, daily = SiteFactory(**choice), SiteFactory()
    (first,), _ = visit(site, ["/"]), visit(site, ["/"])
    (alone,) = visit(daily, ["/"])
    seal(LATER)
    seal(SETTLED)
    assert {alone.id} == single_visits(data)
    time_machine.move_to(SETTLED)
    enrich(site, first.visitor, SETTLED)
    assert (2, 3) == totals(site)[:2]
    seal(SETTLED + timedelta(days=1))
    seal(SETTLED + timedelta(days=4))
    assert (2, 3) == totals(site)[:2]
    assert {"/": (2, 2), "/late": (1, 1)} == by(site, "event:page")


@pytest.mark.files
def test_single_event_is_its_visitors_only_one_on_its_page(data: Path) -> None:
    site = SiteFactory()
    (alone, *_) = visit(site, ["/a", "/b", "/a", "/c"])
    visit(site, ["/c"], name="engagement", visitor=alone.visitor)
    (twice,) = visit(site, ["/a"])
    visit(site, ["/b"], start=NOON + timedelta(hours=2), visitor=twice.visitor)
    seal(LATER)
    before = by(site, "event:page")
    seal(SETTLED)
    assert [(alone.id, "/b"), (alone.id, "/c")] == single_pages(data)
    assert before == by(site, "event:page") == {"/a": (2, 2), "/b": (2, 2), "/c": (1, 1)}


@pytest.mark.files
def test_visitor_who_comes_back_to_a_settled_day_is_counted_once(data: Path) -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"])
    visit(site, ["/"])
    seal(LATER)
    seal(SETTLED)
    enrich(site, first.visitor, NOON + timedelta(hours=5))
    assert (1, (2, 3)) == (ReopenedVisit.objects.count(), totals(site)[:2])
    assert {"/": (2, 2), "/late": (1, 1)} == by(site, "event:page")
    seal(SETTLED)
    assert (2, 3) == totals(site)[:2]
    seal(SETTLED + timedelta(days=3))
    assert (2, 3) == totals(site)[:2]
    assert 1 == len(single_visits(data))


@pytest.mark.files
def test_visitor_who_comes_back_while_a_day_is_settled_puts_it_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"])
    seal(LATER)
    find = merge.find_single

    def come_back(*args: object) -> None:
        find(*args)  # type: ignore[arg-type]
        enrich(site, first.visitor, LATER)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(merge, "find_single", come_back)
        seal(SETTLED)
    assert (False, (1, 2)) == (live().get(day=NOON.date()).final, totals(site)[:2])
    seal(SETTLED)
    assert (True, (1, 2)) == (live().get(day=NOON.date()).final, totals(site)[:2])


@pytest.mark.files
def test_visit_that_comes_back_leaves_the_others_of_a_settled_day_single(data: Path) -> None:
    site = SiteFactory()
    (gone,), _ = visit(site, ["/"]), visit(site, ["/"])
    seal(LATER)
    seal(SETTLED)
    enrich(site, gone.visitor, NOON + timedelta(minutes=5))
    seal(NOON)
    assert [True] == list(live().values_list("final", flat=True))
    assert 1 == len(single_visits(data))
    assert 2 == totals(site)[0]


def test_upkeep_waits_less_where_many_rows_have_gathered(settings) -> None:  # type: ignore[no-untyped-def]
    settings.SEAL_ROWS = 2
    site = SiteFactory()
    visit(site, ["/"])
    calm = upkeep.pause()
    visit(site, ["/"])
    assert (upkeep.HOURLY, upkeep.OFTEN) == (calm, upkeep.pause())
    assert SealedSegment.objects.count() == 0
