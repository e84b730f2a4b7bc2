from datetime import UTC, datetime

import pytest

from tests.factories import SiteFactory
from tracking.warehouse import Query, QueryError
from tracking.warehouse.parse import from_json

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LEAST = {"metrics": ["visitors"], "date_range": "7d"}


def test_request_with_all_keys_is_the_question_it_says() -> None:
    site = SiteFactory()
    body = {
        "site_id": site.domain,
        "metrics": ["visitors", "bounce_rate"],
        "date_range": ["2026-03-01", "2026-03-02"],
        "dimensions": ["visit:source"],
        "filters": [["is", "visit:country", ["DE"]]],
        "order_by": [["bounce_rate", "asc"]],
        "include": {
            "time_labels": False,
            "total_rows": True,
            "imports": True,
            "comparisons": {"mode": "year_over_year", "match_day_of_week": True},
        },
        "pagination": {"limit": 5, "offset": 10},
    }
    expected = Query.build(
        site=site,
        metrics=["visitors", "bounce_rate"],
        dimensions=["visit:source"],
        filters=[["is", "visit:country", ["DE"]]],
        date_range=["2026-03-01", "2026-03-02"],
        order_by=[["bounce_rate", "asc"]],
        limit=5,
        offset=10,
        comparison={"mode": "year_over_year", "match_day_of_week": True},
        now=NOW,
        imports=True,
    )
    assert from_json(site, body, NOW) == expected


def test_request_with_the_least_takes_the_rest_as_usual() -> None:
    site = SiteFactory()
    expected = Query.build(site=site, metrics=["visitors"], date_range="7d", now=NOW)
    assert from_json(site, LEAST, NOW) == expected


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "The request must be a JSON object."),
        ({"metrics": ["visitors"]}, "The request must have the key 'date_range'."),
        ({"date_range": "7d"}, "The request must have the key 'metrics'."),
        ({**LEAST, "metric": []}, "The request has the unknown key 'metric'."),
        ({**LEAST, "pagination": 3}, "'pagination' must be a JSON object."),
        ({**LEAST, "pagination": {"page": 1}}, "'pagination' has the unknown key 'page'."),
        ({**LEAST, "pagination": {"limit": None}}, "The limit must be a whole number"),
        ({**LEAST, "include": {"weather": True}}, "'include' has the unknown key 'weather'."),
        (
            {**LEAST, "include": {"time_labels": True}},
            "'time_labels' in 'include' needs a dimension",
        ),
        ({**LEAST, "include": {"comparisons": True}}, "The comparison must be a mode or an object"),
        ({**LEAST, "include": {"imports": 1}}, "'imports' in 'include' must be true or false."),
    ],
    ids=str,
)
def test_wrong_request_is_refused_with_a_sentence(body: object, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        from_json(SiteFactory(), body, NOW)
