"""The engine's web vitals equal those of a plain recount."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.recount import half_up
from tracking.models import Event, Site
from tracking.vitals import VITALS
from tracking.warehouse import Query, QueryError, run

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)
RANGE = ["2026-03-10", "2026-03-10"]
METRICS = [
    f"{name}_{what}" for name in ("lcp", "inp", "cls") for what in ("p75", "good", "poor", "loads")
]
# Among them what no page can measure, as a file of events may have it.
TEXTS = ("0", "80", "199", "200", "201", "2500", "2501", "4000", "4001", "600000", "600001")
SHIFTS = ("0.000", "0.100", "0.101", "0.250", "0.251", "3.5")
WRONG = ("-1", "fast", "", "nan", "inf")
LOADS = st.lists(
    st.fixed_dictionaries(
        {
            "minute": st.integers(-600, 1440 + 600),
            "path": st.sampled_from(("/", "/a")),
            "device": st.sampled_from(("", "Mobile", "Desktop")),
            "signs_up": st.booleans(),
            "props": st.fixed_dictionaries(
                {},
                optional={
                    "vitals:lcp": st.sampled_from(TEXTS + WRONG),
                    "vitals:inp": st.sampled_from(TEXTS + WRONG),
                    "vitals:cls": st.sampled_from(SHIFTS + WRONG),
                    "plan": st.just("pro"),
                },
            ),
        }
    ),
    max_size=8,
)

_ids = count(5_000_000)


def store(site: Site, loads: list[dict[str, Any]]) -> None:
    """Visits of one page each, with what it measured; some have signed up after."""
    events = []
    for load in loads:
        visit = next(_ids)
        names = ["pageview", *(["Signup"] if load["signs_up"] else []), "engagement"]
        for position, name in enumerate(names):
            props = load["props"] if name == "engagement" else {}
            events.append(
                Event(
                    id=visit if position == 0 else next(_ids),
                    site_id=site.pk,
                    visit=visit,
                    visitor=visit,
                    time=DAY + timedelta(minutes=load["minute"]),
                    name=name,
                    path=load["path"],
                    device=load["device"],
                    props=json.dumps(props) if props else "",
                )
            )
    Event.objects.bulk_create(events)


def figures(loads: list[dict[str, Any]]) -> tuple[float | None, ...]:
    """All of METRICS."""
    return tuple(each for name in ("lcp", "inp", "cls") for each in of_vital(name, loads))


def of_vital(name: str, loads: list[dict[str, Any]]) -> list[float | None]:
    vital = VITALS[name]
    values = sorted(value for load in loads if (value := believed(name, load)) is not None)
    if not values:
        return [None, None, None, 0]
    good = sum(value <= vital.good for value in values)
    poor = sum(value > vital.poor for value in values)
    return [
        values[ceil(0.75 * len(values)) - 1],
        half_up(1000 * good / len(values)) / 10,
        half_up(1000 * poor / len(values)) / 10,
        len(values),
    ]


def believed(name: str, load: dict[str, Any]) -> float | None:
    text = load["props"].get(f"vitals:{name}", "")
    if text in ("", *WRONG) or float(text) > VITALS[name].most:
        return None
    return float(text)


def measured(load: dict[str, Any]) -> bool:
    is_there = 0 <= load["minute"] < 1440
    return is_there and any(believed(name, load) is not None for name in ("lcp", "inp", "cls"))


def ask(site: Site, **more: Any) -> dict[tuple[str, ...], tuple]:
    query = Query.build(site=site, now=DAY, **{"metrics": METRICS, "date_range": RANGE, **more})
    return {row.dimensions: row.metrics for row in run(query).rows}


FILTERS: dict[str, tuple[list, Callable[[dict[str, Any]], bool]]] = {
    "none": ([], lambda load: True),
    "page": ([["is", "event:page", ["/a"]]], lambda load: load["path"] == "/a"),
    "device": ([["is", "visit:device", ["Mobile"]]], lambda load: load["device"] == "Mobile"),
    "entry page": ([["is", "visit:entry_page", ["/"]]], lambda load: load["path"] == "/"),
    "property": ([["is", "event:props:plan", ["pro"]]], lambda load: "plan" in load["props"]),
    "event of the visit": ([["is", "event:name", ["Signup"]]], lambda load: load["signs_up"]),
    "no such event": (
        [["not", ["has_done", ["is", "event:name", ["Signup"]]]]],
        lambda load: not load["signs_up"],
    ),
}


@pytest.mark.parametrize("case", FILTERS.values(), ids=FILTERS)
@settings(max_examples=up_to(10))
@given(loads=LOADS)
def test_web_vitals_equal_a_recount(case: tuple, loads: list) -> None:
    filters, holds = case
    site = SiteFactory()
    store(site, loads)
    expected = figures([load for load in loads if measured(load) and holds(load)])
    assert ask(site, filters=filters) == {(): expected}


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        ("event:page", lambda load: load["path"]),
        ("visit:device", lambda load: load["device"] or "(not set)"),
        ("visit:entry_page", lambda load: load["path"]),
    ],
    ids=["page", "device", "entry page"],
)
@settings(max_examples=up_to(20))
@given(loads=LOADS)
def test_web_vitals_by_dimension_equal_a_recount(
    dimension: str, value: Callable, loads: list
) -> None:
    site = SiteFactory()
    store(site, loads)
    there = [load for load in loads if measured(load)]
    expected = {
        (key,): figures([load for load in there if value(load) == key])
        for key in {value(load) for load in there}
    }
    assert ask(site, dimensions=[dimension]) == expected


@settings(max_examples=up_to(10))
@given(loads=LOADS)
def test_web_vitals_by_hour_equal_a_recount(loads: list) -> None:
    site = SiteFactory()
    store(site, loads)
    there = [load for load in loads if measured(load)]
    found = ask(site, dimensions=["time:hour"])
    assert {key: row for key, row in found.items() if any(row)} == {
        (f"2026-03-10T{hour:02}:00:00+00:00",): figures(
            [load for load in there if load["minute"] // 60 == hour]
        )
        for hour in {load["minute"] // 60 for load in there}
    }


def test_web_vitals_change_no_other_figure():
    site = SiteFactory()
    first = EventFactory(site=site)
    measured = {"name": "engagement", "props": '{"vitals:lcp":"1200"}', "visit": first.visit}
    EventFactory(
        site=site, visitor=first.visitor, time=first.time + timedelta(minutes=9), **measured
    )

    metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"]
    found = ask(site, metrics=[*metrics, "lcp_p75"])

    assert found == {(): (1, 1, 1, 1, 100, 0, 1200)}


def test_a_page_that_only_told_its_web_vitals_in_the_period_is_no_row_of_visitors():
    site = SiteFactory()
    first = EventFactory(site=site, time=DAY - timedelta(minutes=1))
    measured = {"name": "engagement", "props": '{"vitals:lcp":"1200"}', "visit": first.visit}
    EventFactory(site=site, visitor=first.visitor, time=DAY, **measured)

    assert {} == ask(site, metrics=["pageviews", "lcp_p75"], dimensions=["event:page"])


@pytest.mark.parametrize("dimension", ["event:goal", "event:name"])
def test_web_vitals_are_of_no_goal_and_no_name(dimension):
    with pytest.raises(QueryError, match="'lcp_p75' is one of pages that were loaded and cannot"):
        ask(SiteFactory(), metrics=["lcp_p75"], dimensions=[dimension])
