import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import EventFactory, SiteFactory
from tracking.models import Event, Generation, Site
from tracking.warehouse import Query, prepare, run
from tracking.warehouse.mirror import Mirror

pytestmark = pytest.mark.django_db

DAY = ["2026-03-10", "2026-03-10"]


def figures(site: Site) -> tuple:
    return (
        run(Query.build(site, ["visitors", "pageviews", "visit_duration"], [], [], DAY))
        .rows[0]
        .metrics
    )


def test_new_event_is_in_the_next_answer() -> None:
    site = SiteFactory()
    EventFactory(site=site)
    before = figures(site)
    EventFactory(site=site)
    assert (before, figures(site)) == ((1, 1, 0), (2, 2, 0))


def test_new_event_of_a_known_visit_changes_the_visit() -> None:
    site = SiteFactory()
    first = EventFactory(site=site, time=datetime(2026, 3, 10, 12, tzinfo=UTC))
    before = figures(site)
    EventFactory(site=site, visit=first.id, time=datetime(2026, 3, 10, 12, 5, tzinfo=UTC))
    assert (before, figures(site)) == ((1, 1, 0), (1, 2, 300))


def test_removed_events_are_forgotten_when_the_generation_moves() -> None:
    site = SiteFactory()
    EventFactory(site=site)
    gone = EventFactory(site=site)
    before = figures(site)
    Event.objects.filter(id=gone.id).delete()
    Generation.bump(Generation.EVENTS)
    assert (before, figures(site)) == ((2, 2, 0), (1, 1, 0))


def test_deleted_site_leaves_nothing_behind() -> None:
    site, other = SiteFactory(), SiteFactory()
    EventFactory(site=site)
    EventFactory(site=other)
    figures(site)
    key = site.pk
    site.delete()
    mirror = Mirror()
    found = mirror.read().cursor.execute("SELECT DISTINCT site_id FROM hot.events").fetchall()
    assert (key,) not in found
    assert figures(other) == (1, 1, 0)


def test_only_new_rows_are_read(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    mirror = Mirror()
    EventFactory.create_batch(3)
    mirror.read()
    # The rows above the last one seen, and the generations.
    with django_assert_num_queries(2):
        mirror.read()
    newest = EventFactory()
    with django_assert_num_queries(2) as asked:
        mirror.read()
    assert f"> {newest.id - 1}" in asked.captured_queries[0]["sql"]


def test_rows_beyond_one_chunk_are_all_mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.warehouse.hot.CHUNK", 2)
    events = EventFactory.create_batch(5)
    found = Mirror().read().cursor.execute("SELECT id FROM hot.events ORDER BY id").fetchall()
    assert found == [(event.id,) for event in events]


def test_row_keeps_its_values() -> None:
    event = EventFactory(
        visitor=-(2**63),
        time=datetime(2026, 3, 10, 12, 0, 0, 123456, tzinfo=UTC),
        interactive=False,
        props='{"plan": "pro", "a.b\\"c": "ü"}',
        city="Zürich",
    )
    found = (
        Mirror()
        .read()
        .cursor.execute("SELECT id, visitor, time, interactive, props, city FROM hot.events")
        .fetchone()
    )
    assert found == (
        event.id,
        -(2**63),
        datetime(2026, 3, 10, 12, 0, 0, 123456),
        False,
        {"plan": "pro", 'a.b"c': "ü"},
        "Zürich",
    )


@pytest.mark.parametrize("props", ["", "{", "[1]", "null", "3"])
def test_properties_that_are_no_object_are_none(props: str) -> None:
    EventFactory(props=props)
    found = Mirror().read().cursor.execute("SELECT props['a'] FROM hot.events").fetchone()
    assert found == (None,)


def test_failed_reading_changes_nothing_and_the_next_one_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mirror = Mirror()
    EventFactory()
    mirror.read()
    EventFactory()
    with monkeypatch.context() as broken:
        broken.setattr("tracking.warehouse.hot.insert", lambda table: "SELECT broken")
        with pytest.raises(duckdb.Error):
            mirror.read()
    assert mirror.read().cursor.execute("SELECT count(*) FROM hot.visits").fetchone() == (2,)


def test_question_larger_than_memory_is_answered_from_disk(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.QUERY_MEMORY, settings.QUERY_THREADS = tmp_path, "60MB", 1
    cursor = Mirror().read().cursor
    rows = "SELECT i, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text FROM range(1000000) r(i)"
    cursor.execute(f"CREATE TEMP TABLE sorted AS FROM ({rows}) ORDER BY text")
    assert cursor.execute("SELECT count(*) FROM sorted").fetchone() == (1_000_000,)
    assert list((tmp_path / "temp").iterdir()) == [tmp_path / "temp" / f"queries-{os.getpid()}"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.db'",
        "INSTALL httpfs",
        "SET threads = 64",
        "SET enable_external_access = true",
    ],
)
def test_engine_touches_no_file_and_keeps_its_settings(statement: str) -> None:
    with pytest.raises(duckdb.Error):
        Mirror().read().cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_several_threads_ask_at_once_while_events_arrive() -> None:
    site = SiteFactory()
    EventFactory.create_batch(20, site=site)

    def ask(_: int) -> int:
        try:
            return figures(site)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(40)))
        EventFactory.create_batch(5, site=site)
        later = list(threads.map(ask, range(40)))
    assert (set(answers), set(later)) == ({20}, {25})


def test_prepared_engine_reads_no_old_rows_for_the_first_question() -> None:
    site = SiteFactory()
    EventFactory.create_batch(3, site=site)
    prepare()
    with CaptureQueriesContext(connection) as asked:
        assert (3, 3, 0) == figures(site)
    newest = Event.objects.latest("id")
    reads = [row["sql"] for row in asked.captured_queries if "tracking_event" in row["sql"]]
    assert all(f"> {newest.id}" in sql for sql in reads)
