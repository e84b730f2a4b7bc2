"""Figures of events and imported totals together equal those of a plain count of both."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import SiteFactory
from tests.tracking.warehouse.recount import Site, half_up
from tests.tracking.warehouse.stories import store, stories
from tests.tracking.warehouse.totals import kept
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 11)
RANGE = ["2026-03-04", "2026-03-10"]
METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"]
Figures = tuple[float | None, ...]

days = st.integers(0, 10).map(lambda after: FIRST + timedelta(days=after))
figures = st.tuples(*(st.integers(0, 50) for _ in range(5)))
SOURCES = ("", "Google", "bing", "Elsewhere")
ONE_VIEW = {
    "start": 0,
    "visitor": 1,
    "source": "",
    "country": "",
    "steps": [
        {
            **{"after": 0, "name": "pageview", "path": "/", "hostname": "a.example", "plan": ""},
            **{"interactive": False, "amount": None, "currency": "EUR"},
            **{"depth": None, "engaged": None},
        }
    ],
}
ONE_SECOND_OF_NO_VISIT = (date(2026, 3, 4), *[""] * 8, 0, 0, 0, 0, 1)


def rows_of(*texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    row = st.tuples(days, *texts, figures).map(lambda row: (*row[:-1], *row[-1]))
    return st.lists(row, max_size=12)


def spans_around(gap: date) -> list[tuple[str, str]]:
    """The days from the first to the ninth without one of them."""
    until = date(2026, 3, 9)
    parts = [(FIRST, min(gap - timedelta(days=1), until)), (gap + timedelta(days=1), until)]
    return [(a.isoformat(), b.isoformat()) for a, b in parts if a <= b]


def counts(day: date, gap: date) -> bool:
    return date(2026, 3, 4) <= day <= date(2026, 3, 9) and day != gap


def together(own: Site, visits: list[Any], totals: list[tuple[int, ...]]) -> Figures:
    """Of visits, and the figures of some rows of totals."""
    visitors, number, views, bounces, seconds = (
        sum(row[place] for row in totals) for place in range(5)
    )
    of_visits = {id(visit) for visit in visits}
    # Of no visits there is no average, whatever a row claims.
    viewed, bounces, seconds = (views, bounces, seconds) if number else (0, 0, 0)
    visitors += len({visit.visitor for visit in visits})
    number += len(visits)
    seen = sum(event.name == "pageview" for event, visit in own.events if id(visit) in of_visits)
    all_views = viewed + sum(len(visit.pages) for visit in visits)
    bounces += sum(visit.bounced for visit in visits)
    seconds += sum((visit.last - visit.first).total_seconds() for visit in visits)
    if not number:
        return visitors, 0, views + seen, None, None, None
    return (
        visitors,
        number,
        views + seen,
        half_up(100 * all_views / number) / 100,
        half_up(100 * bounces / number),
        half_up(seconds / number),
    )


def ask(site: Any, **more: Any) -> dict[tuple[str, ...], Figures]:
    query = Query.build(site=site, metrics=METRICS, date_range=RANGE, now=DAY, imports=True, **more)
    return {row.dimensions: row.metrics for row in run(query).rows}


def own_of(site: Any, visits: list[Any]) -> Site:
    return Site(store(site, DAY, visits), DAY - timedelta(days=6), DAY + timedelta(days=1))


@settings(max_examples=up_to(15))
@given(visits=stories(86400), totals=rows_of(), gap=days)
def test_headline_equals_a_count_of_both(visits: list, totals: list, gap: date) -> None:
    site = SiteFactory()
    own = own_of(site, visits)
    kept(site, {"visitors": totals}, spans_around(gap))
    taken = [row[1:] for row in totals if counts(row[0], gap)]
    assert ask(site) == {(): together(own, own.visits, taken)}


@settings(max_examples=up_to(15))
@given(
    visits=stories(86400),
    totals=rows_of(st.sampled_from(SOURCES), st.just(""), st.just(""), *[st.just("")] * 5),
    gap=days,
    wanted=st.sampled_from([None, "Google", "Direct / None"]),
)
@example(visits=[ONE_VIEW], totals=[ONE_SECOND_OF_NO_VISIT], gap=FIRST, wanted=None)
def test_breakdown_equals_a_count_of_both(
    visits: list, totals: list, gap: date, wanted: str | None
) -> None:
    site = SiteFactory()
    own = own_of(site, visits)
    kept(site, {"sources": totals}, spans_around(gap))

    def name(text: str) -> str:
        return text or "Direct / None"

    found = ask(
        site,
        dimensions=["visit:source"],
        filters=[["is", "visit:source", [wanted]]] if wanted else [],
    )

    taken = [(name(row[1]), row[9:]) for row in totals if counts(row[0], gap)]
    values = {value for value, _ in taken} | {name(visit.source) for visit in own.visits}
    assert found == {
        (value,): together(
            own,
            [visit for visit in own.visits if name(visit.source) == value],
            [figures for of, figures in taken if of == value],
        )
        for value in values
        if wanted in (None, value)
    }


@pytest.mark.parametrize(
    ("interval", "label"),
    [
        ("day", lambda day: day),
        ("week", lambda day: max(day - timedelta(days=day.weekday()), date(2026, 3, 4))),
        ("month", lambda day: day.replace(day=1)),
    ],
    ids=["day", "week", "month"],
)
@settings(max_examples=up_to(10))
@given(visits=stories(86400), totals=rows_of(), gap=days)
def test_visits_over_time_equal_a_count_of_both(
    interval: str, label: Callable[[date], date], visits: list, totals: list, gap: date
) -> None:
    site = SiteFactory()
    own = own_of(site, visits)
    kept(site, {"visitors": totals}, spans_around(gap))
    expected: Counter[str] = Counter()
    for day, _, number, *_ in totals:
        if counts(day, gap):
            expected[label(day).isoformat()] += number
    end = own.end - timedelta(microseconds=1)
    for visit in own.visits:
        expected[label(min(visit.last, end).date()).isoformat()] += 1

    found = ask(site, dimensions=[f"time:{interval}"])

    assert {key: row[1] for (key,), row in found.items() if row[1]} == {
        key: number for key, number in expected.items() if number
    }
