import re

import pytest

from tests.factories import SiteFactory
from tracking.models import Goal
from tracking.warehouse import Query
from tracking.warehouse.sql import Statement

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("goal", "trusts"), [("Visit /", True), ("Scroll 50% on /", False)], ids=["seen", "scrolled"]
)
def test_single_events_are_trusted_only_where_engagement_is_not_counted(
    goal: str, trusts: bool
) -> None:
    site = SiteFactory()
    Goal.objects.create(site=site, page_path="/")
    Goal.objects.create(site=site, page_path="/", scroll_threshold=50)
    query = Query.build(site, ["visitors"], ["event:page"], [["is", "event:goal", [goal]]])

    assert trusts is ("WHERE single" in Statement(query, query.period).rows(page=True))


def test_a_statement_has_the_values_that_it_names_and_no_others() -> None:
    filters = [["is", "event:page", ["/"]]]
    query = Query.build(SiteFactory(), ["percentage"], ["time:minute"], filters, "day")
    statement = Statement(query, query.period)

    assert set(re.findall(r"\$(\w+)", statement.rows(page=True))) == set(statement.values)
