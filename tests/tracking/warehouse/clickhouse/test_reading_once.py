"""What a question names several times is read once, where the server has a way to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.stories import store
from tracking.models import Site
from tracking.warehouse import Query
from tracking.warehouse.clickhouse import server
from tracking.warehouse.clickhouse.dialect import ClickHouseDialect
from tracking.warehouse.clickhouse.engine import ClickHouse
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.duckdb import DuckDB
from tracking.warehouse.funnel import Elsewhere, Passed, read_funnel
from tracking.warehouse.journey import read_journey

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)
WALKS = (("/", "/blog", "/Shop", "/"), ("/", "/Shop"), ("/blog", "/", "/blog"), ("/",))


def visited(site: Site) -> None:
    blank = {"plan": "", "interactive": True, "hostname": "a.example", "amount": None}
    blank |= {"currency": "EUR", "depth": None, "engaged": None, "name": "pageview"}
    store(
        site,
        DAY,
        [
            {
                "start": 3600 * number,
                "visitor": number,
                "source": "",
                "country": "DE",
                "steps": [{**blank, "after": 60, "path": path} for path in walk],
            }
            for number, walk in enumerate(WALKS, 1)
        ],
    )


def inquiries(site: Site) -> list[Any]:
    query = Query.build(site, ["visitors"], date_range=["2026-03-10"] * 2, now=DAY)
    defined = Definitions(site.pk)
    funnel = read_funnel(query, [{"page": p} for p in ("/", "/blog", "/Shop")], "visit", defined)
    path = ["/", "/blog", "/Shop"]
    return [funnel, Elsewhere(funnel), read_journey(query, None, path, "after", defined)]


@pytest.mark.parametrize("reads_once", [True, False])
def test_the_answers_are_the_same(reads_once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    site = SiteFactory()
    visited(site)
    monkeypatch.setattr(server.Server, "reads_once", reads_once)

    asked = inquiries(site)

    answers = [ClickHouse().inquire(inquiry) for inquiry in asked]

    assert [DuckDB().inquire(inquiry) for inquiry in asked] == answers
    assert Passed((4, 2, 1)) == answers[0]


def test_a_server_that_can_keep_relations_does() -> None:
    def different(reads_once: bool) -> int:
        kept = ClickHouseDialect(reads_once).read_once("kept", "SELECT generateUUIDv4() AS a")
        twice = "SELECT a FROM kept UNION ALL SELECT a FROM kept"
        ((found,),) = server.server().rows(f"WITH {kept} SELECT uniqExact(a) FROM ({twice})", {})  # noqa: S608
        return found

    assert (True, 1, 2) == (server.server().reads_once, different(True), different(False))


def test_a_cluster_is_not_asked_to(settings: Any) -> None:
    opened = server.InProcess("chdb://memory")
    settings.CLICKHOUSE_CLUSTER = "all"

    assert not opened.reads_once
