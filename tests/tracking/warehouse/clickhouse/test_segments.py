"""Sealed segments in ClickHouse."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, noted, seal, totals, visit
from tests.tracking.warehouse.shop import paid
from tracking.models import SealedSegment
from tracking.warehouse import Query, QueryError, engine, run
from tracking.warehouse.clickhouse import segments
from tracking.warehouse.clickhouse.server import Server, server
from tracking.warehouse.schema import EVENTS
from tracking.warehouse.sealing.erase import erase_visitor
from tracking.warehouse.sealing.manifest import live, read
from tracking.warehouse.sealing.unlink import unlink_removed
from tracking.warehouse.sql import Statement

pytestmark = pytest.mark.django_db


def stored() -> list[list[tuple[int, int]]]:
    """Sites and visitors in ClickHouse, counted or not: of the events, then of the visits."""
    return [
        sorted(server().rows(f"SELECT site_id, visitor FROM {table}", {}))  # type: ignore[arg-type] # noqa: S608
        for table in ("events_v1", "visits_v1")
    ]


def much_later() -> None:
    latest = SealedSegment.objects.exclude(removed_at=None).latest("removed_at")
    assert latest.removed_at
    unlink_removed(latest.removed_at + timedelta(minutes=2))


def test_sealed_events_lie_in_clickhouse_and_in_no_file(data: Path) -> None:
    site = SiteFactory()
    (first, _) = visit(site, ["/", "/a"])

    seal(LATER)

    mine = (site.pk, first.visitor)
    files = list((data / "warehouse").rglob("*.parquet"))
    assert ([[mine, mine], [mine]], []) == (stored(), files)
    assert (1, 1, 2, 2, 0, 60) == totals(site)


def test_fetched_events_are_as_they_were_written() -> None:
    site = SiteFactory()
    event = EventFactory(site=site, time=NOON, visit=0, visitor=0, **paid("1.5", "EUR", "pro's"))
    plain = EventFactory(site=site, time=NOON + timedelta(microseconds=1), visit=0, visitor=0)
    noted([event, plain])

    seal(LATER)

    rows = read("events", [segment.name for segment in live()])
    columns = "id, time::VARCHAR, props, revenue_amount::VARCHAR, scroll_depth, single"
    assert [
        (event.id, "2026-03-10 12:00:00", {"plan": "pro's"}, "1.500", None, False),
        (plain.id, "2026-03-10 12:00:00.000001", None, None, None, False),
    ] == duckdb.sql(f"SELECT {columns} FROM {rows} ORDER BY id").fetchall()  # noqa: S608
    assert list(EVENTS) == duckdb.sql(f"FROM {rows}").columns


def test_part_of_a_segment_that_is_sent_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    site = SiteFactory()
    (first, _) = visit(site, ["/", "/a"])
    insert = Server.insert

    def twice(*args: Any) -> None:
        insert(*args)
        insert(*args)

    monkeypatch.setattr(Server, "insert", twice)

    seal(LATER)

    mine = (site.pk, first.visitor)
    assert ([[mine, mine], [mine]], (1, 1, 2, 2, 0, 60)) == (stored(), totals(site))


@pytest.mark.parametrize("nth", [1, 2])
def test_segment_that_came_in_part_counts_nothing_and_goes_with_the_next_run(
    nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SiteFactory()
    (first, _) = visit(site, ["/", "/a"])
    insert, calls = Server.insert, []

    def killed(*args: Any) -> None:
        calls.append(args)
        insert(*args)
        if len(calls) == nth:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Server, "insert", killed)
        with pytest.raises(KeyboardInterrupt):
            seal(LATER)
    before = totals(site)
    seal(LATER)

    mine = (site.pk, first.visitor)
    assert [(1, 1, 2, 2, 0, 60), (1, 1, 2, 2, 0, 60)] == [before, totals(site)]
    assert [[mine, mine], [mine]] == stored()


def test_erased_visitor_is_gone_from_clickhouse_when_removed_segments_go() -> None:
    site = SiteFactory()
    (gone,), (kept,) = visit(site, ["/"]), visit(site, ["/a"])
    seal(LATER)

    erase_visitor(site.pk, [gone.visitor])
    at_once = totals(site)
    much_later()

    mine = (site.pk, kept.visitor)
    assert ((1, 1, 1, 1, 100, 0), [[mine], [mine]]) == (at_once, stored())


def test_visits_that_a_site_no_longer_keeps_are_gone_from_clickhouse() -> None:
    site, other = SiteFactory(retention_days=7), SiteFactory()
    old = NOON - timedelta(days=8)
    visit(site, ["/"], start=old)
    (kept,) = visit(site, ["/a"])
    (others,) = visit(other, ["/"], start=old)
    seal(NOON - timedelta(days=7))
    seal(NOON)
    seal(LATER)
    much_later()

    left = sorted([(site.pk, kept.visitor), (other.pk, others.visitor)])
    assert ([left, left], (1, 1, 1, 1, 100, 0)) == (stored(), totals(site))


def test_deleted_site_is_gone_from_clickhouse_when_removed_segments_go() -> None:
    site, other = SiteFactory(), SiteFactory()
    visit(site, ["/"])
    (kept,) = visit(other, ["/"])
    seal(LATER)

    site.delete()
    seal(LATER)
    much_later()

    others = (other.pk, kept.visitor)
    assert ([[others], [others]], (1, 1, 1, 1, 100, 0)) == (stored(), totals(other))


def test_segment_that_is_not_there_is_missed_before_anything_is_answered() -> None:
    site = SiteFactory()
    visit(site, ["/"])
    seal(LATER)
    segments.remove({segment.name for segment in live()})
    engine.close()

    with pytest.raises(ImproperlyConfigured, match="1 of 1 sealed segments are not in ClickHouse"):
        totals(site)
    with pytest.raises(segments.Missing):
        read("events", [segment.name for segment in live()])


@pytest.mark.parametrize(
    ("setting", "value", "sql", "sentence"),
    [
        (
            "max_execution_time",
            "0.2",
            "SELECT max(cityHash64(number)) FROM numbers(100000000000)",
            "took longer than 30 seconds: ask for a shorter date range",
        ),
        (
            "max_memory_usage",
            "50000000",
            "SELECT groupArray(number) FROM numbers(100000000)",
            "needs more memory than it may have: ask for a shorter date range",
        ),
    ],
    ids=["time", "memory"],
)
def test_question_beyond_a_bound_is_ended_with_a_sentence(
    setting: str, value: str, sql: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = "a AS (SELECT site_id FROM all_events WHERE toString(site_id) <> {p0:String})"
    bounded = f"WITH {site}, b AS ({sql}) SELECT * FROM b SETTINGS {setting} = {value}"  # noqa: S608
    monkeypatch.setattr(Statement, "rows", lambda self, page: bounded)

    with pytest.raises(QueryError, match=sentence):
        run(Query.build(SiteFactory(), ["visitors"]))
