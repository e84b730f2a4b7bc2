"""The page of a report and its parts."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from dashboard.report.widgets import WIDGETS
from tests.dashboard.report.visited import FIELDS, HTMX, NOW, text, visited
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Segment, Site
from tracking.warehouse import Query, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ADDRESSES = ["/sites/site.example/"] + [
    f"/sites/site.example/widgets/{name}" for name in ("overview", *WIDGETS)
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
]
REFUSED = {
    "period=fortnight": "The period “fortnight” is not one of",
    "from=2026-03-02&to=2026-03-01": "The period ends before it begins",
    "f=is,visit:shoe,42": "names no dimension that can be filtered by",
    "f=matches,event:page,[": "has a pattern that is no regular expression",
    "metric=luck": "The metric “luck” is not one of",
    "show=shoes": "There is no “shoes” to show",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_signed_in_is_asked_to(client, address: str):
    SiteFactory(domain="site.example")

    response = client.get(address)

    assert (302, f"/sign-in?next={address}") == (response.status_code, response["Location"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_outsider_learns_nothing(client, address: str):
    SiteFactory(domain="site.example")
    client.force_login(UserFactory(is_superuser=True))

    assert 404 == client.get(address).status_code


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_address_is_a_page_of_its_own(client, site, address: str):
    visited(site)

    response = client.get(address)

    assert (200, True) == (response.status_code, "<html" in text(response))


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_each_widget_is_a_part_to_htmx(client, site, address: str):
    visited(site)

    response = client.get(address, headers=HTMX)

    assert (200, False) == (response.status_code, "<html" in text(response))


def test_a_widget_that_is_none_is_not_found(client, site):
    assert 404 == client.get("/sites/site.example/widgets/shoes").status_code


def test_an_answer_is_kept_by_no_cache_and_differs_for_htmx(client, site):
    response = client.get("/sites/site.example/")

    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "HX-Boosted"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("parameters", "sentence"), REFUSED.items(), ids=REFUSED)
def test_what_an_address_cannot_mean_is_said_in_a_sentence(
    client, site, address: str, parameters: str, sentence: str
):
    response = client.get(f"{address}?{parameters}")

    assert (400, True) == (response.status_code, sentence in text(response))


def test_a_refused_part_carries_the_sentence_alone(client, site):
    response = client.get("/sites/site.example/widgets/pages?period=fortnight", headers=HTMX)

    assert (400, True, False) == (
        response.status_code,
        "The period “fortnight” is not one of" in text(response),
        "<html" in text(response),
    )


def test_the_headline_is_the_engines_answer(client, site):
    visitors = [visited(site, path="/") for _ in range(3)]
    EventFactory(site=site, visit=visitors[0].id, path="/b", time=NOW - timedelta(minutes=30))
    metrics = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate"]
    query = Query.build(site=site, metrics=metrics, date_range=["2026-03-10", "2026-03-10"])

    response = client.get("/sites/site.example/?period=today")

    shown = [figure.value for figure in response.context["overview"].figures]
    assert [*run(query).rows[0].metrics, 600] == shown
    assert [3, 3, 4, 1.33, 67, 600] == shown


def test_the_headline_says_how_each_figure_changed_and_whether_that_is_good(client, site):
    yesterday = EventFactory(site=site, time=NOW - timedelta(hours=26))
    EventFactory(site=site, visit=yesterday.id, time=NOW - timedelta(hours=25, minutes=50))
    visited(site)
    visited(site)

    response = client.get("/sites/site.example/?period=today")

    changes = [figure.change for figure in response.context["overview"].figures]
    assert [
        ("100%", "up", True),
        ("100%", "up", True),
        ("no change", "same", None),
        ("50%", "down", False),
        ("100 pts", "up", False),
        ("100%", "down", False),
    ] == [(each.text, each.direction, each.good) for each in changes]


def test_a_site_without_any_visit_shows_the_way_to_the_snippet(client, site):
    response = client.get("/sites/site.example/")

    assert "No visits yet" in text(response)
    assert 'href="/sites/site.example/install"' in text(response)


@pytest.mark.parametrize(
    ("period", "said"), [("30d", True), ("7d", False)], ids=["before", "within"]
)
def test_a_report_says_from_when_on_visits_are_kept(client, site, period: str, said: bool):
    Site.objects.filter(pk=site.pk).update(retention_days=10)

    page = text(client.get(f"/sites/site.example/?period={period}"))

    assert said == ("Visits are kept from 28 February 2026 on" in page)


def test_a_period_without_visits_is_no_new_site(client, site):
    EventFactory(site=site, time=NOW - timedelta(days=50))

    response = client.get("/sites/site.example/?period=today")

    assert "No visits yet" not in text(response)


def test_the_pill_counts_who_is_online(client, site):
    EventFactory(site=site, time=NOW - timedelta(minutes=1))

    assert "<b data-online>1</b>" in text(client.get("/sites/site.example/"))


def test_days_are_those_of_the_sites_time_zone(client):
    membership = SeatFactory(site__domain="tokyo.example", site__timezone="Asia/Tokyo")
    client.force_login(membership.user)
    EventFactory(site=membership.site, time=datetime(2026, 3, 9, 14, 59, tzinfo=UTC))
    EventFactory(site=membership.site, time=datetime(2026, 3, 9, 15, 1, tzinfo=UTC))

    # In Tokyo it is already the 11th; there, its 10th began at 15:00 UTC on the 9th.
    response = client.get("/sites/tokyo.example/?period=yesterday")

    assert ("10 Mar 2026", 1) == (
        response.context["dates"],
        response.context["overview"].figures[0].value,
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_hostile_values_appear_inert(client, site, address: str):
    for hostile in HOSTILE:
        visited(site, **dict.fromkeys(FIELDS, hostile), country="<>")
    filtered = urlencode([("f", f"is_not,visit:os,{hostile}x") for hostile in HOSTILE])

    found = [
        text(client.get(f"{address}?{filtered}")),
        text(client.get(f"{address}?{filtered}", headers=HTMX)),
    ]

    for page in found:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert "142026" not in page


@pytest.mark.parametrize("address", [ADDRESSES[0], "/sites/site.example/widgets/pages"])
def test_a_page_needs_the_same_few_queries_however_much_there_is(
    client, site, django_assert_max_num_queries, address: str
):
    for number in range(30):
        visited(site, path=f"/{number}")
    # The first question of a process reads what is stored.
    client.get(address)

    with django_assert_max_num_queries(14):
        client.get(address)


def test_the_chart_has_the_step_and_the_shape_that_are_chosen(client, site):
    visited(site)

    response = client.get("/sites/site.example/?period=7d&interval=hour&chart=bars")

    chart = response.context["overview"].chart
    assert ("hour", 168, 1) == (chart.interval, len(chart.points), len(chart.bars))


@pytest.mark.parametrize("days", [20, 32])
def test_the_chart_of_many_days_may_have_a_point_an_hour(client, site, days: int):
    first = NOW.date() - timedelta(days=days - 1)
    page = f"/sites/site.example/?from={first}&to={NOW.date()}&interval=hour"

    chart = client.get(page).context["overview"].chart

    assert (24 * days, True) == (len(chart.points), len(chart.labels) <= 10)


def test_a_member_gets_htmx_once(client, site):
    assert 1 == text(client.get("/sites/site.example/")).count("/htmx-2.min.js")


def test_a_segment_that_leaves_nothing_is_named_as_the_cause(client, site):
    visited(site, country="AT")
    segment = Segment.objects.create(
        site=site, name="Germany", filters=[["is", "visit:country", ["DE"]]]
    )

    part = client.get(f"/sites/site.example/widgets/pages?segment={segment.pk}")

    assert "Nothing fits these filters" in text(part)


def test_a_period_may_begin_and_end_at_a_time_of_a_day(client, site):
    visited(site)
    EventFactory(site=site, time=NOW - timedelta(hours=3))

    response = client.get("/sites/site.example/?from=2026-03-10T13:30&to=2026-03-10T14:30")

    assert (1, "10 Mar 2026, 13:30–14:30") == (
        response.context["overview"].figures[0].value,
        response.context["dates"],
    )


def test_figures_are_compared_with_the_days_that_are_chosen(client, site):
    EventFactory(site=site, time=datetime(2025, 3, 10, 12, tzinfo=UTC))
    visited(site)
    visited(site)

    response = client.get("/sites/site.example/?period=today&compare=year")

    assert ("100%", "10 Mar 2025") == (
        response.context["overview"].figures[0].change.text,
        response.context["compared_days"],
    )
