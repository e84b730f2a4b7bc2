"""What goals, shares, revenue and engagement count equals a plain recount."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import SiteFactory
from tests.tracking.warehouse.recount import Site, half_up, stays
from tests.tracking.warehouse.stories import store, stories
from tracking.models import Goal
from tracking.warehouse import Query, run
from tracking.warehouse.revenue import Money

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)
RANGE = ["2026-03-10", "2026-03-10"]
Holds = Callable[[Any, Any], bool]

# What each goal of the site is, and which events reach it.
GOALS: dict[str, tuple[dict[str, Any], Callable[[Any], bool]]] = {
    "Signup": ({"event_name": "Signup", "currency": "EUR"}, lambda e: e.name == "Signup"),
    "Paid": (
        {"event_name": "Signup", "display_name": "Paid", "props": {"plan": "pro"}},
        lambda e: e.name == "Signup" and '"pro"' in e.props,
    ),
    "Visit /blog*": (
        {"page_path": "/blog*"},
        lambda e: e.name == "pageview" and e.path.startswith("/blog"),
    ),
    "Visit /": ({"page_path": "/"}, lambda e: e.name == "pageview" and e.path == "/"),
    "Scroll 40% on /**": (
        {"page_path": "/**", "scroll_threshold": 40},
        lambda e: e.name == "engagement" and (e.scroll_depth or 0) >= 40,
    ),
}


def site_with_goals() -> Any:
    site = SiteFactory()
    for fields, _ in GOALS.values():
        Goal.objects.create(site=site, **fields)
    return site


def ask(site: Any, metrics: list[str], **more: Any) -> dict[tuple[str, ...], tuple]:
    query = Query.build(site=site, metrics=metrics, date_range=RANGE, now=DAY, **more)
    return {row.dimensions: row.metrics for row in run(query).rows}


def day(stored: list, holds: Holds = lambda e, v: True) -> Site:
    return Site(stored, DAY, DAY + timedelta(days=1), holds=holds, about_events=True)


def all_visitors(stored: list) -> set[int]:
    everyone = Site(stored, DAY, DAY + timedelta(days=1))
    return {visit.visitor for visit in everyone.visits}


def percent(part: set, whole: set, places: int) -> float:
    """A share, halves rounded up."""
    scale = 10**places
    return half_up(100 * len(part) / len(whole) * scale) / scale if whole else 0


def reaching(stored: list, goal: str) -> list[tuple[Any, Any]]:
    """The events and engagement of the day that reach a goal, with their visits."""
    reaches = GOALS[goal][1]
    counted = day(stored)
    rows = [*counted.events, *counted.engagement]
    return [(event, visit) for event, visit in rows if reaches(event)]


@settings(max_examples=up_to(15))
@given(visits=stories(86400))
def test_breakdown_by_goal_equals_recount(visits: list) -> None:
    site = site_with_goals()
    stored = store(site, DAY, visits)
    everyone = all_visitors(stored)
    expected = {}
    for goal in GOALS:
        rows = reaching(stored, goal)
        visitors = {event.visitor for event, _ in rows}
        if not rows:
            continue
        expected[(goal,)] = (
            len(visitors),
            len({event.visit for event, _ in rows}),
            None if goal.startswith("Scroll") else len(rows),
            sum(event.name == "pageview" for event, _ in rows),
            percent(visitors, everyone, 2),
            100,
        )

    found = ask(
        site,
        [
            *("visitors", "visits", "events", "pageviews"),
            *("conversion_rate", "group_conversion_rate"),
        ],
        dimensions=["event:goal"],
    )

    assert expected == found


@settings(max_examples=up_to(15))
@given(visits=stories(86400), goal=st.sampled_from(list(GOALS)))
def test_filter_on_a_goal_equals_recount(visits: list, goal: str) -> None:
    site = site_with_goals()
    stored = store(site, DAY, visits)
    rows = reaching(stored, goal)
    visitors = {event.visitor for event, _ in rows}
    # A visit that had ended before the day is none of it, though engagement came later.
    seconds = [
        (visit.last - visit.first).total_seconds()
        for visit in {event.visit: visit for event, visit in rows}.values()
        if visit.last >= DAY
    ]

    found = ask(
        site,
        ["visitors", "events", "visit_duration", "conversion_rate"],
        filters=[["is", "event:goal", [goal]]],
    )

    assert {
        (): (
            len(visitors),
            None if goal.startswith("Scroll") else len(rows),
            half_up(sum(seconds) / len(seconds)) if seconds else None,
            percent(visitors, all_visitors(stored), 2),
        )
    } == found


@settings(max_examples=up_to(15))
@given(visits=stories(86400))
def test_shares_of_each_country_equal_recount(visits: list) -> None:
    site = site_with_goals()
    stored = store(site, DAY, visits)
    everyone = Site(stored, DAY, DAY + timedelta(days=1))
    rows = [(event, visit) for event, visit in reaching(stored, "Signup") if '"pro"' in event.props]
    everybody = {visit.visitor for visit in everyone.visits}
    converted = {event.visitor for event, _ in rows}
    expected = {}
    for country in {visit.country for _, visit in rows}:
        there = {event.visitor for event, visit in rows if visit.country == country}
        reachable = {visit.visitor for visit in everyone.visits if visit.country == country}
        expected[(country or "(not set)",)] = (
            percent(there, converted, 1),
            percent(there, everybody, 2),
            percent(there, reachable, 2),
        )

    found = ask(
        site,
        ["percentage", "conversion_rate", "group_conversion_rate"],
        dimensions=["visit:country"],
        filters=[["is", "event:goal", ["Signup"]], ["is", "event:props:plan", ["pro"]]],
    )

    assert expected == found


@settings(max_examples=up_to(15))
@given(visits=stories(86400))
def test_revenue_equals_recount(visits: list) -> None:
    site = site_with_goals()
    stored = store(site, DAY, visits)
    amounts = [
        event.revenue_amount
        for event, _ in reaching(stored, "Signup")
        if event.revenue_currency == "EUR"
    ]
    total = sum(amounts, Decimal())
    average = total / len(amounts) if amounts else Decimal()

    found = ask(
        site,
        ["total_revenue", "average_revenue"],
        filters=[["is", "event:goal", ["Signup", "Visit /"]]],
    )

    assert {
        (): tuple(
            Money(amount.quantize(Decimal("0.001"), ROUND_HALF_UP), "EUR")
            for amount in (total, average)
        )
    } == found


@pytest.mark.parametrize(
    ("dimension", "value", "holds"),
    [
        ("event:page", lambda e, v: e.path, lambda e, v: True),
        ("visit:source", lambda e, v: v.source or "Direct / None", lambda e, v: "blog" in e.path),
        (
            "visit:exit_page",
            lambda e, v: v.exit_page or "(not set)",
            # What came of a visit that had ended before the period is of no exit page in it.
            lambda e, v: "b" in e.path and v.last >= DAY,
        ),
        ("time:hour", lambda e, v: e.time.strftime("%H"), lambda e, v: "blog" in e.path),
    ],
    ids=["page", "source", "exit page", "hour"],
)
@settings(max_examples=up_to(15))
@given(visits=stories(86400))
def test_engagement_of_each_group_equals_recount(
    dimension: str, value: Callable, holds: Holds, visits: list
) -> None:
    site = SiteFactory()
    stored = store(site, DAY, visits)
    counted = day(stored, holds)
    groups: dict[str, list] = {}
    for event, visit in [*counted.events, *counted.engagement]:
        groups.setdefault(value(event, visit), []).append((event, visit))
    pattern = {"event:page": "", "visit:exit_page": "b"}.get(dimension, "blog")

    found = ask(
        site,
        ["scroll_depth", "time_on_page"],
        dimensions=[dimension],
        filters=[["contains", "event:page", [pattern]]],
    )

    if dimension == "time:hour":
        found = {
            (key[11:13],): figures
            for (key,), figures in found.items()
            if any(figure is not None for figure in figures)
        }
        groups = {
            key: rows
            for key, rows in groups.items()
            if any(figure is not None for figure in stays(rows))
        }
    assert {(key,): stays(rows) for key, rows in groups.items()} == found
