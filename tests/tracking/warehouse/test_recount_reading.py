"""How far and how long pages were read equals a plain recount."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.recount import Site
from tests.tracking.warehouse.stories import store, stories
from tracking.warehouse import Query, inquire
from tracking.warehouse.reading import DEPTHS, SPANS, HowRead, Reading

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)


@settings(max_examples=up_to(25))
@given(visits=stories(86400))
def test_reading_equals_a_recount(visits: list) -> None:
    site = SiteFactory()
    day = Site(store(site, DAY, visits), DAY, DAY + timedelta(days=1))
    depths: dict[int, int] = {}
    times: dict[int, float] = {}
    for event, _ in day.engagement:
        if event.path == "/" and event.scroll_depth is not None:
            depths[event.visit] = max(depths.get(event.visit, 0), event.scroll_depth)
        if event.path == "/" and event.engaged_ms is not None:
            times[event.visit] = times.get(event.visit, 0) + event.engaged_ms / 1000

    query = Query.build(
        site=site,
        metrics=["visits"],
        filters=[["is", "event:page", ["/"]]],
        date_range=["2026-03-10", "2026-03-10"],
        now=DAY,
    )

    assert inquire(HowRead(query)) == Reading(
        depths=len(depths),
        deep={depth: sum(value >= depth for value in depths.values()) for depth in DEPTHS},
        times=len(times),
        long={
            first: sum(first <= value < after for value in times.values())
            for first, after in zip(SPANS, (*SPANS[1:], float("inf")), strict=True)
        },
    )


def test_who_stayed_or_scrolled_just_as_far_as_a_span_begins_is_in_that_span() -> None:
    site = SiteFactory()
    for number, (depth, engaged) in enumerate([(24, 9_999), (25, 10_000), (100, 180_000)]):
        view = EventFactory(site=site, time=DAY + timedelta(hours=number), path="/")
        EventFactory(
            site=site,
            time=view.time + timedelta(minutes=1),
            name="engagement",
            path="/",
            visit=view.visit,
            visitor=view.visitor,
            scroll_depth=depth,
            engaged_ms=engaged,
        )
    query = Query.build(site, ["visits"], date_range=["2026-03-10", "2026-03-10"], now=DAY)

    assert inquire(HowRead(query)) == Reading(
        depths=3,
        deep={25: 2, 50: 1, 75: 1, 100: 1},
        times=3,
        long={0: 1, 10: 1, 30: 0, 60: 0, 180: 1},
    )
