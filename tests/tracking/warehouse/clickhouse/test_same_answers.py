"""Both engines answer each question alike."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.shop import NOW, shop
from tests.tracking.warehouse.stories import store, stories
from tests.tracking.warehouse.test_any_question import questions
from tracking.models import Event, Site
from tracking.warehouse import Query, QueryError
from tracking.warehouse.clickhouse.engine import ClickHouse
from tracking.warehouse.duckdb import DuckDB
from tracking.warehouse.parse import from_json
from tracking.warehouse.result import Row

pytestmark = pytest.mark.django_db

PATHS = [
    *("/", "/Ä", "/ä", "/ΟΔΟΣ", "/οδος", "/İstanbul", "/istanbul", "/a.b", "/a\nb", "/a\n"),
    *("/日本", "/1_x", "/'\"\\", "/%", "/Ω", "/ß", "/SS", "/ǅ"),
]
PATTERNS = [
    *("^/.$", "a$", "^/$", r"\ba", "(?i)ä", "[[:alpha:]]", r"\d", r"\w$", "日{1}", r"\pL$", "Ä|1"),
    *("(?m)b$", "(?s)a.b", "a.b", r"\x{c4}", "(a|)$", r"\Qa.b\E", "[^a]$", r"\z", r"\s"),
]
FILTERS = [
    *(["contains", "event:page", [path], {"case_sensitive": False}] for path in PATHS),
    *(["is", "event:page", [path.upper()], {"case_sensitive": False}] for path in PATHS),
    *(["matches", "event:page", [pattern]] for pattern in PATTERNS),
]
DAY = datetime(2026, 3, 9, 23, tzinfo=UTC)


def rows(engine: DuckDB | ClickHouse, query: Query) -> tuple[list[Row], int]:
    result = engine.run(query)
    return result.rows, result.total_rows


def pages(engine: DuckDB | ClickHouse, site: Site) -> dict[str, list]:
    """By each filter the pages for which it holds."""
    found = {}
    for filters in FILTERS:
        query = Query.build(site, ["events"], ["event:page"], [filters], ["2026-03-10"] * 2)
        found[str(filters)] = [row.dimensions for row in rows(engine, query)[0]]
    return found


def test_filters_on_texts_hold_for_the_same() -> None:
    site = SiteFactory()
    for path in PATHS:
        EventFactory(site=site, path=path, time=NOW)

    assert pages(DuckDB(), site) == pages(ClickHouse(), site)


def test_any_question_about_hot_rows_has_the_same_answer() -> None:
    site = shop()
    duckdb, clickhouse = DuckDB(), ClickHouse()

    @settings(max_examples=up_to(60))
    @given(question=questions, visits=stories(24 * 60 * 60))
    def check(question: dict[str, Any], visits: list[dict[str, Any]]) -> None:
        try:
            query = from_json(site, question, NOW)
        except QueryError:
            return
        Event.objects.filter(id__gte=1_000_000).delete()
        store(site, DAY, visits)
        for engine in (duckdb, clickhouse):
            # As if events had been removed.
            engine.mirror._generation = None

        assert rows(duckdb, query) == rows(clickhouse, query)

    check()
