"""Whole answers to the questions of a report, over one small story."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.models import Site
from tracking.warehouse import Query, Result, run
from tracking.warehouse.result import Row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
TODAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = ["2026-03-10", "2026-03-10"]
HEADLINE = [
    *("visitors", "visits", "pageviews"),
    *("views_per_visit", "bounce_rate", "visit_duration"),
]
GOOGLE = {"source": "Google", "channel": "Organic Search", "country": "DE", "city": "Berlin"}
LETTER = {"source": "letter", "channel": "Email", "utm_campaign": "spring", "country": "AT"}


def visit(site: Site, start: datetime, *steps: tuple[int, str, str], **fields: Any) -> None:
    """Steps are minutes after the start, an event's name and a path."""
    opened = None
    for minutes, name, path in steps:
        event = EventFactory(
            site=site,
            time=start + timedelta(minutes=minutes),
            name=name,
            path=path,
            **({"visit": opened} if opened else {}),
            **fields,
        )
        opened = opened or event.id


@pytest.fixture
def site() -> Site:
    """Three visits of two visitors today and one yesterday, and engagement without a visit."""
    site = SiteFactory()
    view = "pageview"
    visit(
        site,
        TODAY,
        (0, view, "/"),
        (4, view, "/buy"),
        (9, "engagement", "/buy"),
        visitor=1,
        **GOOGLE,
    )
    visit(site, TODAY, (0, view, "/blog"), visitor=2, **LETTER)
    visit(site, TODAY + timedelta(hours=2), (0, view, "/"), (2, "Signup", "/"), visitor=2)
    visit(site, TODAY - timedelta(days=1), (0, view, "/"), visitor=1, **GOOGLE)
    visit(site, TODAY, (0, "engagement", "/"), visitor=9)
    return site


def ask(site: Site, metrics: list[str], *dimensions: str, **more: Any) -> Result:
    return run(Query.build(site, metrics, dimensions, now=NOW, **more))


def test_headline_with_the_day_before(site: Site) -> None:
    result = ask(site, [*HEADLINE, "events"], comparison="previous_period")
    assert result.rows == [
        Row((), (2, 3, 4, 1.33, 33, 120, 5), (1, 1, 1, 1.0, 100, 0, 1)),
    ]
    assert (result.total_rows, result.time_labels) == (1, ())


def test_period_without_events_has_zeros_and_no_averages(site: Site) -> None:
    result = ask(site, HEADLINE, date_range=["2026-01-01", "2026-01-01"])
    assert result.rows == [Row((), (0, 0, 0, None, None, None))]


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        ("event:page", [Row(("/",), (2,)), Row(("/blog",), (1,)), Row(("/buy",), (1,))]),
        ("event:name", [Row(("pageview",), (2,)), Row(("Signup",), (1,))]),
        ("event:hostname", [Row(("example.com",), (2,))]),
        ("visit:entry_page", [Row(("/",), (2,)), Row(("/blog",), (1,))]),
        ("visit:exit_page", [Row(("/",), (1,)), Row(("/blog",), (1,)), Row(("/buy",), (1,))]),
        (
            "visit:source",
            [Row(("Direct / None",), (1,)), Row(("Google",), (1,)), Row(("letter",), (1,))],
        ),
        (
            "visit:channel",
            [Row(("Direct",), (1,)), Row(("Email",), (1,)), Row(("Organic Search",), (1,))],
        ),
        ("visit:utm_campaign", [Row(("(not set)",), (2,)), Row(("spring",), (1,))]),
        (
            "visit:country",
            [Row(("(not set)",), (1,)), Row(("AT",), (1,)), Row(("DE",), (1,))],
        ),
        ("visit:city", [Row(("(not set)",), (1,)), Row(("Berlin",), (1,))]),
        ("event:props:plan", [Row(("(none)",), (2,))]),
        ("time:day", [Row(("2026-03-10",), (2,))]),
    ],
)
def test_visitors_by(site: Site, dimension: str, rows: list[Row]) -> None:
    result = ask(site, ["visitors"], dimension)
    assert (result.rows, result.total_rows) == (rows, len(rows))


def test_pages_with_bounces_of_those_who_entered_there(site: Site) -> None:
    result = ask(site, ["visitors", "pageviews", "bounce_rate", "visit_duration"], "event:page")
    assert result.rows == [
        Row(("/",), (2, 2, 0, 180)),
        Row(("/blog",), (1, 1, 100, 0)),
        Row(("/buy",), (1, 1, None, None)),
    ]


def test_page_filter_keeps_bounces_to_those_who_entered_there(site: Site) -> None:
    metrics = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]
    result = ask(site, metrics, filters=[["is", "event:page", ["/buy"]]])
    assert result.rows == [Row((), (1, 1, 1, None, 240))]


def test_two_dimensions_make_a_row_of_each_pair(site: Site) -> None:
    result = ask(site, ["visits"], "visit:city", "visit:country")
    assert result.rows == [
        Row(("(not set)", "(not set)"), (1,)),
        Row(("(not set)", "AT"), (1,)),
        Row(("Berlin", "DE"), (1,)),
    ]


def test_rows_are_compared_with_those_of_the_same_name(site: Site) -> None:
    result = ask(site, ["visits"], "visit:source", comparison="previous_period")
    assert result.rows == [
        Row(("Direct / None",), (1,), (0,)),
        Row(("Google",), (1,), (1,)),
        Row(("letter",), (1,), (0,)),
    ]


def test_page_of_rows_knows_how_many_there_are(site: Site) -> None:
    order = [["visits", "desc"], ["visit:source", "desc"]]
    results = [
        ask(site, ["visits"], "visit:source", order_by=order, limit=2, offset=offset)
        for offset in (0, 2, 4)
    ]
    assert [(result.rows, result.total_rows) for result in results] == [
        ([Row(("letter",), (1,)), Row(("Google",), (1,))], 3),
        ([Row(("Direct / None",), (1,))], 3),
        ([], 3),
    ]


def test_averages_of_nothing_come_last_in_either_direction(site: Site) -> None:
    orders = [
        [
            row.dimensions[0]
            for row in ask(
                site, ["bounce_rate", "visitors"], "event:page", order_by=[["bounce_rate", way]]
            ).rows
        ]
        for way in ("asc", "desc")
    ]
    assert orders == [["/", "/blog", "/buy"], ["/blog", "/", "/buy"]]


def test_chart_has_each_bucket_and_the_one_as_far_from_the_start_of_the_previous_period(
    site: Site,
) -> None:
    result = ask(
        site,
        ["visitors", "bounce_rate"],
        "time",
        date_range=["2026-03-09", "2026-03-11"],
        comparison="previous_period",
    )
    empty = (0, None)
    assert result.rows == [
        Row(("2026-03-09",), (1, 100), empty),
        Row(("2026-03-10",), (2, 33), empty),
        Row(("2026-03-11",), empty, empty),
    ]
    assert result.time_labels == ("2026-03-09", "2026-03-10", "2026-03-11")
    assert result.comparison_labels == ("2026-03-07", "2026-03-08")


def test_month_without_counterpart_is_compared_with_nothing(site: Site) -> None:
    # Ten days of March have begun: the ten before them lie in one month, the period in two.
    result = ask(
        site,
        ["visitors"],
        "time:month",
        date_range=["2026-02-28", "2026-03-10"],
        comparison="previous_period",
    )
    assert [(row.dimensions, row.comparison) for row in result.rows] == [
        (("2026-02-01",), (0,)),
        (("2026-03-01",), (0,)),
    ]


def test_page_entered_before_the_period_has_no_row_of_its_own() -> None:
    site = SiteFactory()
    visit(
        site,
        TODAY.replace(hour=0) - timedelta(minutes=5),
        (0, "pageview", "/a"),
        (9, "pageview", "/b"),
    )
    result = ask(site, ["visitors", "bounce_rate"], "event:page")
    assert result.rows == [Row(("/b",), (1, None))]


def test_chart_can_run_backwards_and_in_pages(site: Site) -> None:
    result = ask(
        site,
        ["visitors"],
        "time:day",
        date_range=["2026-03-08", "2026-03-11"],
        order_by=[["time", "desc"]],
        limit=2,
        offset=1,
    )
    assert result.rows == [Row(("2026-03-10",), (2,)), Row(("2026-03-09",), (1,))]
    assert result.total_rows == 4


def test_time_with_another_dimension_has_the_rows_there_are(site: Site) -> None:
    result = ask(
        site,
        ["visits"],
        "time:day",
        "visit:country",
        date_range=["2026-03-10", "2026-03-10"],
        comparison="previous_period",
    )
    assert result.rows == [
        Row(("2026-03-10", "(not set)"), (1,), (0,)),
        Row(("2026-03-10", "AT"), (1,), (0,)),
        Row(("2026-03-10", "DE"), (1,), (1,)),
    ]


def test_hourly_chart_shows_a_visit_in_each_hour_it_lasted() -> None:
    site = SiteFactory(timezone="Asia/Kolkata")
    start = datetime(2026, 3, 10, 6, 20, tzinfo=UTC)  # 11:50 there
    visit(site, start, (0, "pageview", "/"), (20, "pageview", "/"), (75, "pageview", "/"))
    result = ask(site, ["visitors", "pageviews", "visit_duration"], "time:hour", date_range=DAY)
    assert [row for row in result.rows if any(row.metrics)] == [
        Row(("2026-03-10T11:00:00+05:30",), (1, 1, None)),
        Row(("2026-03-10T12:00:00+05:30",), (1, 1, None)),
        Row(("2026-03-10T13:00:00+05:30",), (1, 1, 4500)),
    ]


def test_last_30_minutes_are_30_buckets() -> None:
    site = SiteFactory()
    visit(site, NOW - timedelta(minutes=2), (0, "pageview", "/"), (1, "pageview", "/"))
    result = ask(site, ["visitors"], "time", date_range="30m")
    assert [row.metrics for row in result.rows] == [(0,)] * 27 + [(1,), (1,), (0,)]


def test_visit_over_midnight_counts_on_both_days_with_all_it_did() -> None:
    site = SiteFactory(timezone="Europe/Berlin")
    start = datetime(2026, 3, 9, 22, 50, tzinfo=UTC)
    visit(site, start, (0, "pageview", "/"), (20, "pageview", "/b"))
    days = [ask(site, HEADLINE, date_range=[day, day]).rows for day in ("2026-03-09", "2026-03-10")]
    assert days == [[Row((), (1, 1, 1, 2.0, 0, 1200))]] * 2


def test_another_site_s_visits_are_not_counted(site: Site) -> None:
    assert ask(SiteFactory(), ["visits", "events"]).rows == [Row((), (0, 0))]


@pytest.mark.parametrize(
    ("names", "bounce_rate"),
    [
        ([("pageview", True)], 100),
        ([("pageview", True), ("pageview", True)], 0),
        ([("pageview", True), ("Scroll", False)], 100),
        ([("pageview", True), ("Signup", True)], 0),
        ([("pageview", True), ("engagement", True)], 100),
        ([("Signup", True)], 0),
    ],
    ids=["one page", "two pages", "passive event", "interactive event", "engagement", "no page"],
)
def test_bounce_is_one_pageview_and_no_interactive_event(
    names: list[tuple[str, bool]], bounce_rate: int
) -> None:
    site = SiteFactory()
    first = EventFactory(site=site, time=TODAY, name=names[0][0], interactive=names[0][1])
    for name, interactive in names[1:]:
        EventFactory(site=site, time=TODAY, visit=first.id, name=name, interactive=interactive)
    assert ask(site, ["bounce_rate"]).rows == [Row((), (bounce_rate,))]


def test_late_event_before_the_first_becomes_the_entry() -> None:
    site = SiteFactory()
    first = EventFactory(site=site, time=TODAY, path="/second")
    EventFactory(site=site, visit=first.id, time=TODAY - timedelta(minutes=5), path="/first")
    result = ask(site, ["visits", "visit_duration"], "visit:entry_page")
    assert result.rows == [Row(("/first",), (1, 300))]
