"""POST /api/v2/query."""

import pytest

from tests.dashboard.api.asking import asking
from tests.factories import EventFactory, MemberFactory, SeatFactory, SiteFactory
from tests.tracking.warehouse.totals import kept
from tracking.models import Goal, Role, Segment, Site, SiteAlias

pytestmark = pytest.mark.django_db

DAY = ["2026-03-10", "2026-03-10"]
RANGE = ["2026-03-10T00:00:00+00:00", "2026-03-10T23:59:59+00:00"]


@pytest.fixture
def owned():
    """The membership of a person who owns a site."""
    return SeatFactory(site=SiteFactory(domain="northpeak.example"))


def query(owned, **question):
    body = {"site_id": "northpeak.example", "date_range": DAY, **question}
    status, answer = asking(owned.user)("POST", "/api/v2/query", body)
    assert 200 == status, answer
    return answer


def refused(owned, **question) -> tuple[int, str]:
    body = {"site_id": "northpeak.example", "date_range": DAY, "metrics": ["visitors"], **question}
    status, answer = asking(owned.user)("POST", "/api/v2/query", body)
    return status, answer["error"]


def test_whole_answer_has_the_rows_and_the_question_as_understood(owned):
    EventFactory.create_batch(2, site=owned.site, country="DE", city="Berlin")
    EventFactory(site=owned.site, country="EE", city="Tallinn")
    EventFactory(site=owned.site)

    # As in Plausible's documentation, "Country and city analysis".
    answer = query(
        owned,
        metrics=["visitors", "pageviews", "bounce_rate"],
        filters=[["is_not", "visit:country_name", [""]]],
        dimensions=["visit:country_name", "visit:city_name"],
    )

    assert {
        "results": [
            {"dimensions": ["Germany", "Berlin"], "metrics": [2, 2, 100]},
            {"dimensions": ["Estonia", "Tallinn"], "metrics": [1, 1, 100]},
        ],
        "meta": {},
        "query": {
            "site_id": "northpeak.example",
            "metrics": ["visitors", "pageviews", "bounce_rate"],
            "date_range": RANGE,
            "filters": [["is_not", "visit:country_name", [""]]],
            "dimensions": ["visit:country_name", "visit:city_name"],
            "order_by": [["visitors", "desc"]],
            "include": {},
            "pagination": {"limit": 10000, "offset": 0},
        },
    } == answer


def test_page_of_rows_tells_how_many_there_are(owned):
    for source, visits in {"google": 3, "duckduckgo": 2, "twitter": 1}.items():
        EventFactory.create_batch(visits, site=owned.site, utm_source=source, utm_medium="social")

    # As in Plausible's documentation, "Pagination".
    answer = query(
        owned,
        metrics=["visitors", "events", "pageviews"],
        dimensions=["visit:utm_medium", "visit:utm_source"],
        include={"total_rows": True},
        pagination={"limit": 1, "offset": 1},
    )

    assert (
        [{"dimensions": ["social", "duckduckgo"], "metrics": [2, 2, 2]}],
        {"total_rows": 3},
        {"limit": 1, "offset": 1},
    ) == (answer["results"], answer["meta"], answer["query"]["pagination"])


def test_site_is_known_by_its_other_names(owned):
    SiteAlias.objects.create(site=owned.site, name="old.example")

    answer = query(owned, site_id="WWW.old.example", metrics=["visitors"])

    assert "northpeak.example" == answer["query"]["site_id"]


def test_hours_are_named_by_local_time_as_at_plausible(owned):
    owned.site.timezone = "Europe/Berlin"
    owned.site.save()
    EventFactory(site=owned.site)

    answer = query(
        owned,
        metrics=["visitors"],
        date_range=["2026-03-10T12:00:00+01:00", "2026-03-10T13:59:59+01:00"],
        dimensions=["time:hour"],
        include={"time_labels": True},
    )

    assert (
        [
            {"dimensions": ["2026-03-10 12:00:00"], "metrics": [0]},
            {"dimensions": ["2026-03-10 13:00:00"], "metrics": [1]},
        ],
        {"time_labels": ["2026-03-10 12:00:00", "2026-03-10 13:00:00"]},
        ["2026-03-10T12:00:00+01:00", "2026-03-10T13:59:59+01:00"],
        [["time:hour", "asc"], ["visitors", "desc"]],
    ) == (
        answer["results"],
        answer["meta"],
        answer["query"]["date_range"],
        answer["query"]["order_by"],
    )


def test_comparison_stands_beside_each_row_with_its_change(owned):
    EventFactory.create_batch(3, site=owned.site, country="DE")
    EventFactory.create_batch(2, site=owned.site, country="DE", time="2026-03-09T12:00:00Z")

    answer = query(
        owned,
        metrics=["visitors", "visit_duration_p50"],
        dimensions=["visit:country"],
        include={"comparisons": {"mode": "previous_period"}},
    )

    assert (
        [
            {
                "dimensions": ["DE"],
                "metrics": [3, 0],
                "comparison": {"dimensions": ["DE"], "metrics": [2, 0], "change": [50, 0]},
            }
        ],
        ["2026-03-09T00:00:00+00:00", "2026-03-09T23:59:59+00:00"],
    ) == (answer["results"], answer["query"]["comparison_date_range"])


def test_days_are_compared_with_those_as_far_from_the_start(owned):
    EventFactory(site=owned.site)

    answer = query(
        owned,
        metrics=["visitors"],
        date_range=["2026-03-09", "2026-03-10"],
        dimensions=["time:day"],
        include={
            "time_labels": True,
            "comparisons": {"mode": "custom", "date_range": ["2026-03-01", "2026-03-01"]},
        },
    )

    nothing = {"metrics": [0], "change": [0]}
    assert (
        [
            {
                "dimensions": ["2026-03-09"],
                "metrics": [0],
                "comparison": {"dimensions": ["2026-03-01"], **nothing},
            },
            {
                "dimensions": ["2026-03-10"],
                "metrics": [1],
                "comparison": {"dimensions": [None], "metrics": [0], "change": [100]},
            },
        ],
        {
            "time_labels": ["2026-03-09", "2026-03-10"],
            "comparison_time_labels": ["2026-03-01"],
        },
    ) == (answer["results"], answer["meta"])


def test_revenue_is_an_amount_in_a_currency_also_as_people_read_it(owned):
    Goal.objects.create(site=owned.site, event_name="Purchase", currency="EUR")
    for amount in ("1200000.5", "34499.75"):
        EventFactory(
            site=owned.site, name="Purchase", revenue_amount=amount, revenue_currency="EUR"
        )

    answer = query(owned, metrics=["total_revenue"], dimensions=["event:goal"])

    money = {
        "value": 1234500.25,
        "currency": "EUR",
        "short": "€1.2M",
        "long": "€1,234,500.25",
    }
    assert [{"dimensions": ["Purchase"], "metrics": [money]}] == answer["results"]


def test_revenue_that_cannot_be_known_says_why(owned):
    for event, currency in {"PurchaseUSD": "USD", "PurchaseEUR": "EUR"}.items():
        Goal.objects.create(site=owned.site, event_name=event, currency=currency)

    # As in Plausible's documentation, "Revenue metrics could not be calculated".
    answer = query(
        owned,
        metrics=["total_revenue"],
        filters=[["is", "event:goal", ["PurchaseUSD", "PurchaseEUR"]]],
    )

    assert (
        [{"dimensions": [], "metrics": [None]}],
        "no_single_revenue_currency",
    ) == (answer["results"], answer["meta"]["metric_warnings"]["total_revenue"]["code"])


def test_sums_of_another_service_are_said_to_be_none(owned):
    answer = query(owned, metrics=["visitors"], include={"imports": True})

    assert {"imports_included": False, "imports_skip_reason": "no_imported_data"} == answer["meta"]


def test_imported_totals_are_in_the_figures_where_they_are_asked_for(owned):
    kept(owned.site, {"visitors": [(DAY[0], 9, 9, 9, 0, 0)]}, [DAY])
    EventFactory(site=owned.site)
    asked, unasked = (
        query(owned, metrics=["visitors"], include={"imports": wanted}) for wanted in (True, False)
    )
    assert ([10], {"imports_included": True}) == (asked["results"][0]["metrics"], asked["meta"])
    assert ([1], {}) == (unasked["results"][0]["metrics"], unasked["meta"])


def test_question_that_totals_cannot_answer_says_why_they_are_left_out(owned):
    kept(owned.site, {"visitors": [(DAY[0], 9, 9, 9, 0, 0)]}, [DAY])
    EventFactory(site=owned.site)
    answer = query(
        owned, metrics=["visitors"], dimensions=["visit:device"], include={"imports": True}
    )
    assert {
        "imports_included": False,
        "imports_skip_reason": "unsupported_query",
        "imports_warning": "Imported totals are left out: they are not broken down in the way that"
        " is asked for.",
    } == answer["meta"]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({"metrics": ["visiters"]}, "There is no metric 'visiters'."),
        ({"filters": [["is", "visit:country"]]}, 'The filter "is"'),
        ({"filters": [["matches", "event:page", ["("]]]}, "'event:page'"),
        ({"nonsense": 1}, "The request has the unknown key 'nonsense'."),
        ({"date_range": [[[[]]], {}]}, "A custom date range must be two ISO dates"),
        ({"site_id": 7}, "The value of 'site_id' must be a text."),
        ({"site_id": None}, "The request must have the key 'site_id'."),
        ({"include": 3}, "'include' must be a JSON object."),
    ],
    ids=["metric", "filter", "pattern", "key", "date range", "site", "no site", "include"],
)
def test_wrong_question_is_refused_by_the_part_that_is_wrong(owned, question, sentence):
    status, error = refused(owned, **question)

    assert (400, True) == (status, sentence in error), error


@pytest.mark.parametrize(
    ("whose", "status"), [("own", 200), ("everybody's", 200), ("somebody else's", 400)]
)
@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("query", {"metrics": ["visitors"]}),
        ("funnel", {"steps": [{"page": "/"}, {"page": "/a"}]}),
        ("journey", {}),
        ("retention", {"interval": "day"}),
    ],
)
def test_key_of_a_viewer_names_shared_segments_and_their_own_alone(
    owned, path, more, whose, status
):
    # Who comes back is known of visitors whom a site names itself.
    Site.objects.update(own_ids=True)
    viewer = MemberFactory(team=owned.site.team, role=Role.VIEWER).user
    owner = {"own": viewer, "everybody's": None, "somebody else's": owned.user}[whose]
    filters = [["is", "visit:country", ["DE"]]]
    segment = Segment.objects.create(site=owned.site, owner=owner, name="S", filters=filters)
    body = {"site_id": owned.site.domain, "date_range": DAY, **more}

    found, _ = asking(viewer)(
        "POST", f"/api/v2/{path}", {**body, "filters": [["is", "segment", [segment.pk]]]}
    )

    assert status == found
