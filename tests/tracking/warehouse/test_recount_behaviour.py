"""What funnels and journeys count equals a plain recount."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import SiteFactory
from tests.tracking.warehouse.stories import store, stories
from tracking.models import Event, Goal, Site
from tracking.warehouse import Query, inquire
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import Elsewhere, Funnel, Instead, Passed, Stopped, read_funnel
from tracking.warehouse.goals import Goal as Asked
from tracking.warehouse.goals import reached
from tracking.warehouse.journey import Stop, Stops, read_journey

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, tzinfo=UTC)
RANGE = ["2026-03-10", "2026-03-10"]
STEPS = (
    {"page": "/"},
    {"page": "/blog*"},
    {"page": "/Shop"},
    {"page": "*"},
    {"event": "Signup"},
    {"event": "Signup", "props": {"plan": "pro"}},
    {"goal": "Read"},
    {"goal": "Bought"},
)


def saw(event: Event) -> bool:
    return event.path == "/" and event.name != "engagement"


FILTERS: dict[str, tuple[list, Any]] = {
    "none": ([], lambda events: True),
    "country": ([["is", "visit:country", ["DE", "AT"]]], lambda events: bool(events[0].country)),
    "page": ([["is", "event:page", ["/"]]], lambda events: any(map(saw, events))),
}
filters = st.sampled_from(list(FILTERS))
steps = st.lists(st.sampled_from(STEPS), min_size=2, max_size=8)


def site_with_goals() -> Site:
    site = SiteFactory()
    Goal.objects.create(site=site, page_path="/*", scroll_threshold=40, display_name="Read")
    Goal.objects.create(site=site, event_name="Signup", display_name="Bought")
    return site


def asked(site: Site, **more: Any) -> Query:
    return Query.build(site, ["visitors"], date_range=RANGE, now=DAY + timedelta(days=1), **more)


def walks(stored: list[Event], name: str, day: datetime = DAY) -> dict[int, list[Event]]:
    """The events of each visit on a day in their order, engagement among them."""
    found: dict[int, list[Event]] = {}
    for event in sorted(stored, key=lambda event: (event.time, event.id)):
        alone = event.name == "engagement" and event.visit == event.id
        if day <= event.time < day + timedelta(days=1) and not alone:
            found.setdefault(event.visit, []).append(event)
    holds = FILTERS[name][1]
    return {key: events for key, events in found.items() if holds(events)}


def taken(events: list[Event], goals: tuple[Asked, ...]) -> list[Event]:
    """The event of each step that is reached, each the first that can be it."""
    found: list[Event] = []
    for event in events:
        if len(found) < len(goals) and reached(event, [goals[len(found)]]):
            found.append(event)
    return found


def furthest(visits: dict[int, list[Event]], funnel: Funnel) -> dict[int, list[Event]]:
    """By visitor the events of the steps that they reached, in their best walk."""
    units: dict[Any, list[Event]] = {}
    for visit, events in visits.items():
        for event in events:
            unit = event.visitor if funnel.scope == "visitor" else (event.visitor, visit)
            units.setdefault(unit, []).append(event)
    best: dict[int, list[Event]] = {}
    for events in units.values():
        ordered = sorted(events, key=lambda event: (event.time, event.id))
        found = taken(ordered, funnel.steps)
        if not found:
            continue
        old = best.get(found[0].visitor)
        if old is None or _rank(found) < _rank(old):
            best[found[0].visitor] = found
    return best


def _rank(found: list[Event]) -> tuple:
    return (-len(found), found[-1].time, found[-1].id)


def passed(visits: dict[int, list[Event]], funnel: Funnel) -> tuple[int, ...]:
    levels = [len(found) for found in furthest(visits, funnel).values()]
    return tuple(sum(level >= step for level in levels) for step in range(1, len(funnel.steps) + 1))


def onwards(events: list[Event], after: Event) -> str:
    views = [e for e in events if e.name == "pageview" and (e.time, e.id) > (after.time, after.id)]
    return next((e.path for e in views if e.path != after.path), "")


@settings(max_examples=up_to(40))
@given(
    visits=stories(86400), steps=steps, scope=st.sampled_from(["visitor", "visit"]), name=filters
)
def test_steps_of_a_funnel_equal_recount(visits: list, steps: list, scope: str, name: str) -> None:
    site = site_with_goals()
    stored = store(site, DAY, visits)
    query = asked(site, filters=FILTERS[name][0], comparison="previous_period")
    funnel = read_funnel(query, steps, scope, Definitions(site.pk))

    found = inquire(funnel)

    days = [walks(stored, name, day) for day in (DAY, DAY - timedelta(days=1))]
    assert Passed(*(passed(day, funnel) for day in days)) == found


@settings(max_examples=up_to(30))
@given(
    visits=stories(86400), steps=steps, scope=st.sampled_from(["visitor", "visit"]), name=filters
)
def test_where_visitors_went_instead_equals_recount(
    visits: list, steps: list, scope: str, name: str
) -> None:
    site = site_with_goals()
    counted = walks(store(site, DAY, visits), name)
    query = asked(site, filters=FILTERS[name][0])
    funnel = read_funnel(query, steps, scope, Definitions(site.pk))
    went: list[Counter[str]] = [Counter() for _ in steps]
    for found in furthest(counted, funnel).values():
        went[len(found) - 1][onwards(counted[found[-1].visit], found[-1])] += 1

    answer = inquire(Elsewhere(funnel))

    expected = [
        Stopped(
            each.total(),
            tuple(
                Instead(page, number)
                for page, number in sorted(each.items(), key=lambda pair: (-pair[1], pair[0]))
            ),
        )
        for each in went[:-1]
    ]
    assert expected == answer


def edge(events: list[Event], forward: bool) -> str | None:
    """The page at the edge of a visit, of all its events; None where that lies on another day."""
    whole = sorted(
        (event for event in events if event.name != "engagement"),
        key=lambda event: (event.time, event.id),
        reverse=not forward,
    )
    if not whole or not DAY <= whole[0].time < DAY + timedelta(days=1):
        return None
    return next((event.path for event in whole if event.name == "pageview"), None)


def stops(events: list[Event], start: Asked | None, forward: bool, entered: str | None) -> Any:
    """The pages from the start on, None where it is not reached; without one from where it entered.

    The events are those of the day.
    """
    views = [event for event in events if event.name == "pageview"]
    if start is None:
        if entered is None:
            return None
        path, rest, found = entered, views if forward else views[::-1], [entered]
    else:
        begun = next((event for event in events if reached(event, [start])), None)
        if begun is None:
            return None
        key = (begun.time, begun.id)
        after = [e for e in views if (e.time, e.id) > key]
        before = [e for e in views if (e.time, e.id) < key][::-1]
        path, rest, found = begun.path, after if forward else before, []
    for event in rest:
        if event.path != path:
            path = event.path
            found.append(path)
    return found


@settings(max_examples=up_to(40))
@given(
    visits=stories(86400),
    start=st.none() | st.sampled_from(STEPS),
    direction=st.sampled_from(["after", "before"]),
    name=filters,
    data=st.data(),
)
def test_stops_of_a_journey_equal_recount(
    visits: list, start: dict | None, direction: str, name: str, data: st.DataObject
) -> None:
    site = site_with_goals()
    stored, forward = store(site, DAY, visits), direction == "after"
    counted = walks(stored, name)
    query, defined = asked(site, filters=FILTERS[name][0]), Definitions(site.pk)
    begin = read_journey(query, start, [], direction, defined).start
    whole: dict[int, list[Event]] = {key: [] for key in counted}
    for event in stored:
        whole.get(event.visit, []).append(event)
    gone = {
        key: stops(events, begin, forward, edge(whole[key], forward))
        for key, events in counted.items()
    }
    known = [found for found in gone.values() if found]
    longest = data.draw(st.sampled_from(known)) if known else []
    path = longest[: data.draw(st.integers(0, len(longest)))]

    answer = inquire(read_journey(query, start, path, direction, defined))

    here = {
        key: (found[len(path)] if len(found) > len(path) else "")
        for key, found in gone.items()
        if found is not None and found[: len(path)] == path
    }
    visitor = {key: events[0].visitor for key, events in counted.items()}
    pages = [
        Stop(
            page,
            len({visitor[key] for key, other in here.items() if other == page}),
            sum(other == page for other in here.values()),
        )
        for page in set(here.values())
    ]
    pages.sort(key=lambda stop: (-stop.visitors, -stop.visits, stop.page))
    assert Stops(len({visitor[key] for key in here}), len(here), tuple(pages)) == answer


def test_steps_at_one_moment_are_taken_in_the_order_of_their_ids() -> None:
    site = SiteFactory()
    noon = DAY + timedelta(hours=12)
    for number, path in enumerate(["/b", "/a", "/b"], 1):
        Event.objects.create(
            id=number, site_id=site.pk, visit=1, visitor=1, time=noon, name="pageview", path=path
        )
    wanted = [{"page": "/b"}, {"page": "/a"}, {"page": "/b"}, {"page": "/b"}]

    found = inquire(read_funnel(asked(site), wanted, "visit", Definitions(site.pk)))

    assert Passed((1, 1, 1, 0)) == found


def seen(*visits: tuple[int, str]) -> Site:
    """A site with those visits, an hour each: a visitor and the pages, of one letter each."""
    site, number = SiteFactory(), 0
    for hour, (visitor, pages) in enumerate(visits):
        opening = number + 1
        for minute, page in enumerate(pages):
            number += 1
            Event.objects.create(
                id=number,
                site_id=site.pk,
                visit=opening,
                visitor=visitor,
                time=DAY + timedelta(hours=hour, minutes=minute),
                name="pageview",
                path=f"/{page}",
            )
    return site


def test_of_two_walks_as_far_as_each_other_the_first_tells_where_they_went_instead() -> None:
    site = seen((1, "sa"), (1, "sb"))
    wanted = [{"page": "/s"}, {"page": "/paid"}]

    funnel = read_funnel(asked(site), wanted, "visit", Definitions(site.pk))

    assert [Stopped(1, (Instead("/a", 1),))] == inquire(Elsewhere(funnel))


def test_what_led_to_a_start_led_to_it_the_first_time() -> None:
    site = seen((1, "asbs"))

    found = inquire(read_journey(asked(site), {"page": "/s"}, [], "before", Definitions(site.pk)))

    assert Stops(1, 1, (Stop("/a", 1, 1),)) == found


def test_those_who_left_are_told_beside_as_many_pages_as_are_wanted() -> None:
    site = seen((1, "sa"), (2, "sa"), (3, "sb"), (4, "sb"), (5, "sc"), (6, "s"))

    found = inquire(
        read_journey(asked(site, limit=1), {"page": "/s"}, [], "after", Definitions(site.pk))
    )

    assert Stops(6, 6, (Stop("/a", 2, 2), Stop("", 1, 1))) == found


def test_those_who_left_are_told_beside_the_pages_that_most_went_to_instead() -> None:
    went = [(number, f"s{page}") for number, page in enumerate("aabbccddeeff", 1)]
    site = seen(*went, (20, "s"))
    wanted = [{"page": "/s"}, {"page": "/paid"}]

    funnel = read_funnel(asked(site), wanted, "visitor", Definitions(site.pk))

    pages = tuple(Instead(page, 2) for page in ("/a", "/b", "/c", "/d", "/e"))
    assert [Stopped(13, (*pages, Instead("", 1)))] == inquire(Elsewhere(funnel))


def test_visits_over_midnight_are_of_the_day_of_their_edge() -> None:
    site, numbers = SiteFactory(), count(1)
    for visit, start in enumerate([DAY, DAY + timedelta(days=1)], 1):
        for path, minutes in (("/before", -10), ("/after", 10)):
            Event.objects.create(
                id=next(numbers),
                site_id=site.pk,
                visit=visit,
                visitor=visit,
                time=start + timedelta(minutes=minutes),
                name="pageview",
                path=path,
            )
    defined = Definitions(site.pk)

    entered = inquire(read_journey(asked(site), None, [], "after", defined))
    left = inquire(read_journey(asked(site), None, [], "before", defined))

    assert Stops(1, 1, (Stop("/before", 1, 1),)) == entered
    assert Stops(1, 1, (Stop("/after", 1, 1),)) == left


def test_visit_of_nobody_begins_no_journey() -> None:
    site = SiteFactory()
    Event.objects.create(
        id=1, site_id=site.pk, visit=1, visitor=0, time=DAY, name="pageview", path="/"
    )

    found = inquire(read_journey(asked(site), None, [], "after", Definitions(site.pk)))

    assert Stops(0, 0, ()) == found


def test_bots_and_strangers_take_no_steps() -> None:
    site = SiteFactory()
    for number, (visitor, flags) in enumerate([(7, "bot"), (0, "no_visitor")], 1):
        Event.objects.create(
            id=number,
            site_id=site.pk,
            visit=number if visitor else 0,
            visitor=visitor,
            flags=flags,
            time=DAY,
            name="pageview",
            path="/",
        )
    wanted = [{"page": "/"}, {"page": "/a"}]

    found = inquire(read_funnel(asked(site), wanted, "visitor", Definitions(site.pk)))

    assert Passed((0, 0)) == found
