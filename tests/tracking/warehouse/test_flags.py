"""Events that are set apart: bots, and those whose visitor nobody knows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import EventFactory, SiteFactory
from tracking.models import Site
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = ["2026-03-10", "2026-03-10"]
HEADLINE = [
    *("visitors", "visits", "pageviews", "events"),
    *("views_per_visit", "bounce_rate", "visit_duration"),
]


@pytest.fixture
def site() -> Site:
    """A person with two pageviews a minute apart, and a bot with three."""
    site = SiteFactory()
    for flags, number in (("", 2), ("bot", 3)):
        opened = EventFactory(site=site, time=NOON, flags=flags, source=flags)
        for minute in range(1, number):
            EventFactory(
                site=site,
                visit=opened.id,
                time=NOON + timedelta(minutes=minute),
                flags=flags,
                source=flags,
            )
    return site


def add_unknown(site: Site) -> None:
    """Two pageviews hours apart of senders that nobody knows."""
    for hours in (0, 5):
        EventFactory(
            site=site,
            visitor=0,
            visit=0,
            flags="no_visitor",
            path="/fallback",
            time=NOON + timedelta(hours=hours),
        )


def ask(site: Site, metrics: list[str] = HEADLINE, **more: Any) -> dict[tuple, tuple]:
    query = Query.build(site=site, metrics=metrics, date_range=DAY, now=NOON, **more)
    return {row.dimensions: row.metrics for row in run(query).rows}


PERSON = (1, 1, 2, 2, 2.0, 0, 60)
BOT = (1, 1, 3, 3, 3.0, 0, 120)


@pytest.mark.parametrize(
    ("filters", "figures"),
    [
        pytest.param([], PERSON, id="not named"),
        pytest.param([["is", "visit:bot", ["no"]]], PERSON, id="people"),
        pytest.param([["is", "visit:bot", ["yes"]]], BOT, id="bots"),
        pytest.param([["is_not", "visit:bot", ["no"]]], BOT, id="not people"),
        pytest.param([["is", "event:page", ["/"]]], PERSON, id="events, not named"),
        pytest.param(
            [["is", "event:page", ["/"]], ["is", "visit:bot", ["yes"]]], BOT, id="events of bots"
        ),
    ],
)
def test_bots_count_only_where_they_are_asked_for(site: Site, filters: list, figures: tuple):
    assert {(): figures} == ask(site, filters=filters)


def test_visits_divide_into_those_of_people_and_of_bots(site: Site):
    assert {("no",): PERSON, ("yes",): BOT} == ask(site, dimensions=["visit:bot"])


@pytest.mark.parametrize("dimension", ["visit:source", "visit:entry_page", "time:hour"])
def test_a_breakdown_leaves_bots_out(site: Site, dimension: str):
    found = ask(site, ["visits", "pageviews"], dimensions=[dimension])

    assert [(1, 2)] == [figures for figures in found.values() if any(figures)]


def test_events_without_a_known_visitor_count_as_events_alone(site: Site):
    add_unknown(site)

    assert {(): (1, 1, 4, 4, 2.0, 0, 60)} == ask(site)


def test_a_page_that_only_unknown_visitors_saw_has_pageviews_and_no_visits(site: Site):
    add_unknown(site)

    found = ask(site, ["visitors", "visits", "pageviews"], dimensions=["event:page"])

    assert {("/",): (1, 1, 2), ("/fallback",): (0, 0, 2)} == found


def test_what_an_unknown_visitor_did_is_no_other_s_doing(site: Site):
    add_unknown(site)
    EventFactory(site=site, visitor=0, visit=0, flags="no_visitor", name="Signup", time=NOON)
    signed_up = ["is", "event:name", ["Signup"]]

    found = [
        ask(site, ["visitors", "events"], filters=[[operator, signed_up]])
        for operator in ("has_done", "has_not_done")
    ]

    assert [{(): (0, 0)}, {(): (1, 5)}] == found
