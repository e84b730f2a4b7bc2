"""The same over ClickHouse's HTTP interface, as production has it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.clickhouse.over_http import clickhouse
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, seal, totals, visit
from tests.tracking.warehouse.sealing.test_late import enrich
from tests.tracking.warehouse.sealing.test_reports_sealed import ANSWERS, answers, sealed_shop
from tests.tracking.warehouse.shop import shop
from tracking.models import Event
from tracking.warehouse import Query, QueryError, engine, run
from tracking.warehouse.clickhouse import server as servers
from tracking.warehouse.sql import Statement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def address(data: Path, settings: Any) -> Iterator[str]:
    with clickhouse() as address:
        engine.close()
        settings.WAREHOUSE = address
        yield address
        engine.close()


def test_each_report_of_hot_rows_answers_what_its_snapshot_says() -> None:
    assert ANSWERS == answers(shop())


def test_each_report_of_sealed_events_answers_what_its_snapshot_says() -> None:
    site = sealed_shop()

    assert (0, ANSWERS) == (Event.objects.count(), answers(site))


def test_texts_of_hot_rows_arrive_as_they_are() -> None:
    site = SiteFactory()
    paths = ["/'\"\\", "/\t\r\n", "/{p0:String}", "/%s%", "/日本", "/\u2028"]
    for path in paths:
        EventFactory(site=site, path=path, time=NOON)

    result = run(
        Query.build(
            site, ["events"], ["event:page"], [["is", "event:page", paths]], ["2026-03-10"] * 2
        )
    )

    assert {(path,) for path in paths} == {row.dimensions for row in result.rows}


def test_late_event_joins_a_visit_that_is_sealed() -> None:
    site = SiteFactory()
    first, *_ = visit(site, ["/", "/a"])
    seal(LATER)

    enrich(site, first.visitor, NOON + timedelta(minutes=5))

    assert (1, 1, 3, 3, 0, 300) == totals(site)


def test_question_with_ten_thousand_values_is_answered() -> None:
    site = SiteFactory()
    visit(site, ["/", "/a"])
    filters = [["is_not", "event:page", [f"/{n}-{m}" for m in range(1000)]] for n in range(10)]

    assert (1, 2) == totals(site, metrics=["visits", "pageviews"], filters=filters)


def test_question_that_takes_too_long_is_ended_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = "a AS (SELECT site_id FROM all_events WHERE toString(site_id) <> {p0:String})"
    endless = "b AS (SELECT max(cityHash64(number)) FROM numbers(100000000000))"
    bounded = f"WITH {site}, {endless} SELECT * FROM b SETTINGS max_execution_time = 0.2"  # noqa: S608
    monkeypatch.setattr(Statement, "rows", lambda self, page: bounded)

    with pytest.raises(QueryError, match="took longer than 30 seconds"):
        run(Query.build(SiteFactory(), ["visitors"]))


def test_server_that_is_away_is_a_storage_that_is_away(settings: Any) -> None:
    settings.WAREHOUSE = "clickhouse://127.0.0.1:9/default"
    servers.close()

    with pytest.raises(OperationalError, match="ClickHouse is away"):
        totals(SiteFactory())


def test_wrong_password_is_no_answer(settings: Any, address: str) -> None:
    settings.WAREHOUSE = address.replace("p%40ss", "guess")
    servers.close()

    with pytest.raises(Exception, match="516"):
        totals(SiteFactory())
