"""How long questions take, by what they are about."""

import pytest

from tests.counted import counting
from tests.factories import SiteFactory
from tracking import warehouse
from tracking.warehouse.engine import engine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("dimensions", "kind"),
    [([], "figures"), (["time"], "chart"), (["event:page"], "breakdown")],
)
def test_questions_are_timed_by_their_kind_and_engine(dimensions, kind):
    query = warehouse.Query.build(SiteFactory(), ["visitors"], dimensions, date_range="7d")

    with counting("footfall_query_seconds_count") as grown:
        warehouse.run(query)

    assert {(kind, engine().name): 1} == grown
