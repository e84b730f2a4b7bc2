"""Imported totals in the answers to questions, beside the site's own events."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.totals import kept
from tracking.models import Goal, Site
from tracking.warehouse import Query, run
from tracking.warehouse.result import Row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
SPANS = [("2026-03-01", "2026-03-09")]
RANGE = ["2026-03-01", "2026-03-10"]
OWN = datetime(2026, 3, 10, 9, tzinfo=UTC)
# visitors, visits, pageviews, bounces, seconds
USUAL = (10, 12, 30, 6, 600)


def ask(site: Site, metrics: list[str], **more: Any) -> list[tuple[Any, ...]]:
    asked = {"date_range": RANGE, "now": NOW, "imports": True, **more}
    rows = run(Query.build(site=site, metrics=metrics, **asked)).rows
    return [told(row) for row in rows]


def told(row: Row) -> tuple[Any, ...]:
    compared = () if row.comparison is None else (row.comparison,)
    return (*row.dimensions, *row.metrics, *compared)


def reason(site: Site, metrics: list[str], **more: Any) -> str:
    asked = {"date_range": RANGE, "now": NOW, "imports": True, **more}
    imports = Query.build(site=site, metrics=metrics, **asked).imports
    assert imports
    return imports.reason


def test_headline_takes_totals_and_events_together():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-09", *USUAL)]}, SPANS)
    EventFactory(site=site, time=OWN)
    every = [
        *("visitors", "visits", "pageviews", "events"),
        *("views_per_visit", "bounce_rate", "visit_duration"),
    ]
    # 31 views in 13 visits, of which 7 bounced; 600 seconds.
    assert [(11, 13, 31, 31, 2.38, 54, 46)] == ask(site, every)


def test_without_being_asked_for_totals_are_left_out():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-09", *USUAL)]}, SPANS)
    EventFactory(site=site, time=OWN)
    assert [(1,)] == ask(site, ["visitors"], imports=False)


def test_days_that_do_not_count_are_left_out():
    site = SiteFactory()
    days = [(f"2026-03-0{day}", *USUAL) for day in (1, 4, 9)]
    kept(site, {"visitors": days}, [("2026-03-01", "2026-03-03"), ("2026-03-08", "2026-03-09")])
    assert [(20,)] == ask(site, ["visitors"])


def test_days_before_and_after_the_period_are_left_out():
    site = SiteFactory()
    kept(site, {"visitors": [(f"2026-03-0{day}", *USUAL) for day in (2, 3, 4, 5)]}, SPANS)
    assert [(20,)] == ask(site, ["visitors"], date_range=["2026-03-03", "2026-03-04"])


def test_totals_that_are_still_being_kept_do_not_count():
    site = SiteFactory()
    totals = kept(site, {"visitors": [("2026-03-09", *USUAL)]}, SPANS)
    totals.counted = False
    totals.save()
    assert ([(0,)], "no_imported_data") == (ask(site, ["visitors"]), reason(site, ["visitors"]))


def test_breakdown_unites_rows_of_one_name_in_the_order_of_the_sum():
    site = SiteFactory()
    blank = ("",) * 5
    rows = [
        ("2026-03-08", "Google", "google.com", "Organic Search", *blank, *USUAL),
        ("2026-03-09", "Google", "google.com", "Organic Search", *blank, *USUAL),
        ("2026-03-09", "", "", "Direct", *blank, 3, 3, 3, 3, 0),
    ]
    kept(site, {"sources": rows}, SPANS)
    for source in ("Google", "", "", "bing"):
        EventFactory(site=site, time=OWN, source=source)

    found = ask(site, ["visitors", "bounce_rate"], dimensions=["visit:source"])

    assert [("Google", 21, 52), ("Direct / None", 5, 100), ("bing", 1, 100)] == found


def test_pages_of_a_breakdown_and_their_number_are_those_of_the_union():
    site = SiteFactory()
    rows = [("2026-03-09", "a.example", f"/{n}", n, n, n, 0, 0, 0, 0) for n in range(1, 6)]
    kept(site, {"pages": rows}, SPANS)
    EventFactory(site=site, time=OWN, path="/own")

    asked = {"dimensions": ["event:page"], "limit": 2, "offset": 3}
    query = Query.build(
        site=site, metrics=["visitors"], date_range=RANGE, now=NOW, imports=True, **asked
    )
    result = run(query)

    assert ([("/2", 2), ("/1", 1)], 6) == ([told(row) for row in result.rows], result.total_rows)


def test_page_of_totals_has_the_figures_that_its_file_has_and_no_others():
    site = SiteFactory()
    kept(site, {"pages": [("2026-03-09", "a.example", "/a", 4, 5, 6, 150, 3, 80, 4)]}, SPANS)
    metrics = ["visitors", "pageviews", "scroll_depth", "time_on_page", "bounce_rate"]
    assert [("/a", 4, 6, 50, 20, None)] == ask(site, metrics, dimensions=["event:page"])


def test_page_of_totals_that_nobody_stayed_on_has_no_averages():
    site = SiteFactory()
    kept(site, {"pages": [("2026-03-09", "a.example", "/a", 4, 5, 6, 0, 0, 0, 0)]}, SPANS)
    metrics = ["visitors", "scroll_depth", "time_on_page"]
    assert [("/a", 4, None, None)] == ask(site, metrics, dimensions=["event:page"])


def test_totals_without_visits_have_no_averages():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-09", 0, 0, 3, 0, 0)]}, SPANS)
    metrics = ["pageviews", "views_per_visit", "bounce_rate", "visit_duration"]
    assert [(3, None, None, None)] == ask(site, metrics)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("day", {"2026-03-01": 10, "2026-03-09": 10, "2026-03-10": 1}),
        ("week", {"2026-03-01": 10, "2026-03-09": 11}),
        ("month", {"2026-03-01": 21}),
    ],
)
def test_chart_has_totals_in_their_buckets(interval: str, expected: dict[str, int]):
    site = SiteFactory(timezone="America/New_York")
    kept(site, {"visitors": [(f"2026-03-0{day}", *USUAL) for day in (1, 9)]}, SPANS)
    EventFactory(site=site, time=datetime(2026, 3, 10, 22, tzinfo=UTC))
    found = ask(site, ["visitors"], dimensions=[f"time:{interval}"])
    assert expected == {label: visitors for label, visitors in found if visitors}


def test_comparison_takes_the_totals_of_the_period_before():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-08", *USUAL)]}, SPANS)
    EventFactory(site=site, time=OWN)
    asked = {"date_range": ["2026-03-10", "2026-03-11"], "comparison": "previous_period"}
    assert [(1, (10,))] == ask(site, ["visitors"], **asked)


def test_part_of_a_day_is_not_compared_with_the_totals_of_a_whole_one():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-11", *USUAL)]}, [("2026-03-11", "2026-03-12")])
    EventFactory(site=site, time=NOW.replace(hour=9))
    asked = {"date_range": ["2026-03-12", "2026-03-12"], "comparison": "previous_period"}
    assert [(1, (0,))] == ask(site, ["visitors"], **asked)


def test_share_is_one_of_all_visitors_those_of_totals_among_them():
    site = SiteFactory()
    tables = {
        "visitors": [("2026-03-09", *USUAL)],
        "devices": [("2026-03-09", "Mobile", 4, 4, 4, 4, 0)],
    }
    kept(site, tables, SPANS)
    EventFactory.create_batch(10, site=site, time=OWN, device="Mobile")
    found = ask(site, ["visitors", "percentage"], dimensions=["visit:device"])
    assert [("Mobile", 14, 70.0)] == found


def test_filter_within_the_same_breakdown_holds_for_totals():
    site = SiteFactory()
    rows = [
        ("2026-03-09", "Firefox", "130", *USUAL),
        ("2026-03-09", "Firefox", "131", *USUAL),
        ("2026-03-09", "Chrome", "130", *USUAL),
    ]
    kept(site, {"browsers": rows}, SPANS)
    EventFactory(site=site, time=OWN, browser="Firefox", browser_version="131")
    asked = {
        "dimensions": ["visit:browser_version"],
        "filters": [["is", "visit:browser", ["Firefox"]]],
    }
    assert [("131", 11), ("130", 10)] == ask(site, ["visitors"], **asked)


def test_goals_count_events_and_pages_of_totals_and_their_rates_all_visitors():
    site = SiteFactory()
    Goal.objects.create(site=site, event_name="Signup", display_name="Signup")
    Goal.objects.create(site=site, page_path="/b*", display_name="Blog")
    tables = {
        "visitors": [("2026-03-09", 98, 98, 98, 0, 0)],
        "events": [("2026-03-09", "Signup", "", "", 8, 9), ("2026-03-09", "Other", "", "", 5, 5)],
        "pages": [("2026-03-09", "", "/blog", 4, 4, 7, 0, 0, 0, 0)],
    }
    kept(site, tables, SPANS)
    EventFactory(site=site, time=OWN, path="/")
    EventFactory(site=site, time=OWN, name="Signup", path="/")
    found = ask(site, ["visitors", "events", "conversion_rate"], dimensions=["event:goal"])
    assert [("Signup", 9, 10, 9.0), ("Blog", 4, 7, 4.0)] == found


def test_property_of_link_clicks_is_known_of_totals():
    site = SiteFactory()
    rows = [("2026-03-09", "Outbound Link: Click", "https://x.example", "", 3, 4)]
    kept(site, {"events": rows}, SPANS)
    asked = {
        "dimensions": ["event:props:url"],
        "filters": [["is", "event:name", ["Outbound Link: Click"]]],
    }
    assert [("https://x.example", 3, 4)] == ask(site, ["visitors", "events"], **asked)


def test_all_time_begins_with_the_first_day_of_totals():
    site = SiteFactory()
    kept(site, {"visitors": [("2026-03-02", *USUAL)]}, SPANS)
    query = Query.build(site=site, metrics=["visitors"], date_range="all", now=NOW, imports=True)
    assert ("2026-03-01", 10) == (
        query.period.start.date().isoformat(),
        run(query).rows[0].metrics[0],
    )


EVERYTHING = {
    "visitors": [("2026-03-09", *USUAL)],
    "pages": [("2026-03-09", "", "/", 1, 1, 1, 0, 0, 0, 0)],
    "events": [("2026-03-09", "Signup", "", "", 1, 1)],
    "systems": [("2026-03-09", "Mac", "15", *USUAL)],
}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ""),
        ({"dimensions": ["visit:os", "visit:os_version"]}, ""),
        ({"dimensions": ["time:day", "visit:os"]}, ""),
        ({"date_range": ["2025-01-01", "2025-01-31"]}, "out_of_range"),
        ({"date_range": "24h"}, "unsupported_interval"),
        ({"dimensions": ["time:hour"]}, "unsupported_interval"),
        ({"dimensions": ["visit:browser"]}, "unsupported_query"),
        ({"dimensions": ["visit:os", "event:page"]}, "unsupported_query"),
        ({"dimensions": ["visit:language"]}, "unsupported_query"),
        ({"dimensions": ["event:props:plan"]}, "unsupported_query"),
        ({"dimensions": ["event:hostname"]}, "unsupported_query"),
        ({"filters": [["is", "visit:os", ["Mac"]]]}, ""),
        ({"filters": [["is", "event:hostname", ["a.example"]]]}, ""),
        ({"filters": [["or", [["is", "visit:os", ["Mac"]], ["is", "event:page", ["/"]]]]]},
         "unsupported_query"),
        ({"filters": [["has_done", ["is", "event:page", ["/"]]]]}, "unsupported_query"),
        ({"filters": [["is_not", "event:name", ["Signup"]]]}, "unsupported_query"),
        ({"filters": [["is", "event:name", ["Signup", "pageview"]]]}, "unsupported_query"),
        ({"filters": [["is", "event:goal", ["Signup"]]]}, ""),
        ({"dimensions": ["event:goal"]}, ""),
        ({"dimensions": ["event:goal"], "filters": [["is", "visit:os", ["Mac"]]]},
         "unsupported_query"),
        ({"metrics": ["visit_duration_p50"]}, "unsupported_query"),
        ({"metrics": ["visits"], "filters": [["is", "event:name", ["Signup"]]]},
         "unsupported_query"),
    ],
    ids=lambda value: str(value)[:70],
)  # fmt: skip
def test_what_totals_cannot_answer_leaves_them_out_and_says_why(
    asked: dict[str, Any], expected: str
):
    site = SiteFactory()
    Goal.objects.create(site=site, event_name="Signup", display_name="Signup")
    kept(site, EVERYTHING, SPANS)
    assert expected == reason(site, **{"metrics": ["visitors"], **asked})


@pytest.mark.parametrize(
    "fields",
    [
        {"event_name": "Signup", "props": {"plan": "pro"}},
        {"page_path": "/", "scroll_threshold": 50},
    ],
    ids=["property", "scrolling"],
)
def test_goal_that_totals_know_nothing_of_leaves_them_out(fields: dict[str, Any]):
    site = SiteFactory()
    Goal.objects.create(site=site, display_name="Mine", **fields)
    kept(site, EVERYTHING, SPANS)
    filters = [["is", "event:goal", ["Mine"]]]
    assert "unsupported_query" == reason(site, ["visitors"], filters=filters)


def test_file_without_a_figure_does_not_answer_what_asks_for_it():
    site = SiteFactory()
    older = {"devices": ("visitors", "visits", "bounces", "duration")}
    kept(site, {"devices": [("2026-03-09", "Mobile", 4, 5, 1, 50)]}, SPANS, older)
    by = {"dimensions": ["visit:device"]}
    assert ("unsupported_query", [("Mobile", 4, 10)]) == (
        reason(site, ["visitors", "pageviews"], **by),
        ask(site, ["visitors", "visit_duration"], **by),
    )
