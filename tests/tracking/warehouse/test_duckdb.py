import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.warehouse import Query, QueryError, run
from tracking.warehouse.sql import Statement

ENDLESS = (
    "SELECT sum(a.range + b.range) FROM range(1000000) a, range(1000000) b WHERE $p1 < $p2 OR $p0"
)


@pytest.mark.django_db
def test_question_that_takes_too_long_is_ended_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracking.warehouse.duckdb.SECONDS", 0.05)
    monkeypatch.setattr(Statement, "rows", lambda self, page: ENDLESS)
    site = SiteFactory()
    EventFactory(site=site)
    with pytest.raises(QueryError, match=r"took longer than 0\.05 seconds: ask for a shorter"):
        run(Query.build(site, ["visitors"]))
