"""The engine's figures equal those of a plain recount."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import SiteFactory
from tests.tracking.warehouse.recount import METRICS, Figures, Site
from tests.tracking.warehouse.stories import store, stories
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)


def did(visit: Any, holds: Callable[[Any], bool]) -> bool:
    """Whether the visit has such an event on the day."""
    return any(
        holds(event) and DAY <= event.time < DAY + timedelta(days=1) for event in visit.events
    )


RANGE = ["2026-03-10", "2026-03-10"]

# filters, what holds for an event and its visit, whether events are asked about, where entered
FILTERS: dict[str, tuple[list, Callable[[Any, Any], bool], bool]] = {
    "none": ([], lambda e, v: True, False),
    "source": ([["is", "visit:source", ["Google"]]], lambda e, v: v.source == "Google", False),
    "blank source": (
        [["is", "visit:source", ["Direct / None", "bing"]]],
        lambda e, v: v.source in ("", "bing"),
        False,
    ),
    "not country": ([["is_not", "visit:country", ["DE"]]], lambda e, v: v.country != "DE", False),
    "entry page": (
        [["contains", "visit:entry_page", ["blog"]]],
        lambda e, v: "blog" in v.entry_page,
        False,
    ),
    "exit page": (
        [["is", "visit:exit_page", ["/", "(not set)"]]],
        lambda e, v: v.exit_page in ("/", ""),
        False,
    ),
    "event": ([["is", "event:name", ["Signup"]]], lambda e, v: e.name == "Signup", True),
    "property": (
        [["is", "event:props:plan", ["pro", "(none)"]]],
        lambda e, v: '"free"' not in e.props,
        True,
    ),
    "two": (
        [["is", "visit:country", ["AT"]], ["is_not", "event:name", ["Signup"]]],
        lambda e, v: v.country == "AT" and e.name != "Signup",
        True,
    ),
    "case": (
        [["is", "visit:source", ["GOOGLE", "BING"], {"case_sensitive": False}]],
        lambda e, v: v.source in ("Google", "bing"),
        False,
    ),
    "country name": (
        [["contains", "visit:country_name", ["german", "nobody"], {"case_sensitive": False}]],
        lambda e, v: v.country == "DE",
        False,
    ),
    "not country name": (
        [["matches_not", "visit:country_name", ["^Aus"]]],
        lambda e, v: v.country != "AT",
        False,
    ),
    "done": (
        [["has_done", ["is", "event:name", ["Signup"]]]],
        lambda e, v: did(v, lambda x: x.name == "Signup"),
        False,
    ),
    "not done": (
        [
            [
                "has_not_done",
                ["and", [["is", "event:page", ["/"]], ["is", "event:name", ["Signup"]]]],
            ]
        ],
        lambda e, v: not did(v, lambda x: x.name == "Signup" and x.path == "/"),
        False,
    ),
    "done beside an event": (
        [
            ["is", "event:hostname", ["a.example"]],
            [
                "or",
                [["has_done", ["is", "event:name", ["Signup"]]], ["is", "visit:country", ["DE"]]],
            ],
        ],
        lambda e, v: (
            e.hostname == "a.example"
            and (did(v, lambda x: x.name == "Signup") or v.country == "DE")
        ),
        True,
    ),
    "exit hostname": (
        [["is", "visit:exit_page_hostname", ["a.example"]]],
        lambda e, v: bool(v.pages) and v.pages[-1].hostname == "a.example",
        False,
    ),
    "nested": (
        [
            [
                "or",
                [
                    ["and", [["is", "event:name", ["Signup"]], ["is", "visit:country", ["DE"]]]],
                    ["not", ["matches", "visit:entry_page", ["^/blog", "S.op$"]]],
                ],
            ]
        ],
        lambda e, v: (
            (e.name == "Signup" and v.country == "DE")
            or not (v.entry_page.startswith("/blog") or v.entry_page == "/Shop")
        ),
        True,
    ),
}


def ask(site: Any, **more: Any) -> dict[tuple[str, ...], Figures]:
    asked = {"metrics": METRICS, "date_range": RANGE, **more}
    query = Query.build(site=site, now=DAY, **asked)
    return {row.dimensions: row.metrics for row in run(query).rows}


def day(stored: list, **more: Any) -> Site:
    return Site(stored, DAY, DAY + timedelta(days=1), **more)


@pytest.mark.parametrize("case", FILTERS.values(), ids=FILTERS)
@settings(max_examples=up_to(10))
@given(visits=stories(86400))
def test_headline_equals_recount(case: tuple, visits: list) -> None:
    filters, holds, about_events = case
    site = SiteFactory()
    stored = store(site, DAY, visits)
    expected = day(stored, holds=holds, about_events=about_events).figures()
    assert ask(site, filters=filters) == {(): expected}


@settings(max_examples=up_to(20))
@given(visits=stories(86400))
def test_page_filter_takes_bounces_of_those_who_entered_there(visits: list) -> None:
    site = SiteFactory()
    stored = store(site, DAY, visits)
    expected = day(
        stored,
        holds=lambda e, v: e.path in ("/", "/blog"),
        about_events=True,
        entered=lambda v: v.entry_page in ("/", "/blog"),
    ).figures()
    assert ask(site, filters=[["is", "event:page", ["/", "/blog"]]]) == {(): expected}


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        ("visit:source", lambda v: v.source or "Direct / None"),
        ("visit:country", lambda v: v.country or "(not set)"),
        ("visit:entry_page", lambda v: v.entry_page or "(not set)"),
        ("visit:exit_page", lambda v: v.exit_page or "(not set)"),
    ],
    ids=["source", "country", "entry page", "exit page"],
)
@settings(max_examples=up_to(20))
@given(visits=stories(86400), name=st.sampled_from(["none", "not country", "event", "nested"]))
def test_breakdown_by_visits_equals_recount(
    dimension: str, value: Callable, visits: list, name: str
) -> None:
    filters, holds, about_events = FILTERS[name]
    site = SiteFactory()
    stored = store(site, DAY, visits)
    expected = day(stored, holds=holds, about_events=about_events).by(value)
    found = ask(site, dimensions=[dimension], filters=filters)
    assert found == {(key,): figures for key, figures in expected.items()}


@settings(max_examples=up_to(20))
@given(visits=stories(86400))
def test_breakdown_by_page_equals_recount(visits: list) -> None:
    site = SiteFactory()
    expected = day(store(site, DAY, visits)).by_page()
    found = ask(site, dimensions=["event:page"])
    assert found == {(page,): figures for page, figures in expected.items()}


def hour(moment: datetime) -> str:
    return moment.replace(minute=0, second=0, microsecond=0).isoformat()


def week(first: datetime) -> Callable[[datetime], str]:
    return lambda moment: max(
        first.date(), moment.date() - timedelta(days=moment.weekday())
    ).isoformat()


@pytest.mark.parametrize(
    ("zone", "first", "days"),
    [
        ("Europe/Berlin", "2026-03-28", 3),
        ("Europe/Berlin", "2026-10-24", 3),
        ("Asia/Kolkata", "2026-05-31", 2),
        ("America/St_Johns", "2026-03-07", 3),
        ("America/St_Johns", "2026-10-31", 2),
    ],
)
@settings(max_examples=up_to(10))
@given(data=st.data(), interval=st.sampled_from(["hour", "day", "week", "month"]))
def test_chart_equals_recount(
    zone: str, first: str, days: int, data: st.DataObject, interval: str
) -> None:
    site = SiteFactory(timezone=zone)
    here = ZoneInfo(zone)
    start = datetime.fromisoformat(first).replace(tzinfo=here)
    end = start + timedelta(days=days)
    visits = data.draw(stories(days * 86400))
    stored = store(site, start.astimezone(UTC), visits)
    label = {
        "hour": hour,
        "day": lambda moment: moment.date().isoformat(),
        "week": week(start),
        "month": lambda moment: moment.date().replace(day=1).isoformat(),
    }[interval]
    expected = Site(stored, start.astimezone(UTC), end.astimezone(UTC)).over_time(
        lambda moment: label(moment.astimezone(here)), active=interval == "hour"
    )

    last = (end - timedelta(days=1)).date().isoformat()
    found = ask(site, dimensions=[f"time:{interval}"], date_range=[first, last])

    counted = {key: figures for (key,), figures in found.items() if any(figures)}
    assert counted == {key: figures for key, figures in expected.items() if any(figures)}


@settings(max_examples=up_to(20))
@given(visits=stories(86400))
def test_host_name_is_asked_of_the_page_that_a_source_led_to(visits: list) -> None:
    site = SiteFactory()
    stored = store(site, DAY, visits)

    def holds(event: Any, visit: Any) -> bool:
        entered = bool(visit.pages) and visit.pages[0].hostname == "a.example"
        return event.hostname == "a.example" and entered

    expected = day(stored, holds=holds, about_events=True).by(
        lambda visit: visit.source or "Direct / None"
    )
    found = ask(
        site,
        dimensions=["visit:source"],
        filters=[["is", "event:hostname", ["a.example"]]],
    )
    assert found == {(key,): figures for key, figures in expected.items()}
