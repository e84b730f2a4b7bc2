"""Who is here, by beats and by events."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.presence.people import Here, Origin, Seen, here
from realtime.presence.store import Heard, Tab

NOW = datetime(2026, 11, 10, 12, 30, tzinfo=UTC)
GOOGLE = Origin("Google", "DE", "Desktop")
BING = Origin("Bing", "FR", "Mobile")


def tab(visitor: int, path: str = "/", active: bool = True, before: int | None = None) -> Tab:
    return Tab(visitor, before, active, path)


def seen(seconds: float = 10, path: str = "/", origin: Origin = GOOGLE) -> Seen:
    return Seen(NOW - timedelta(seconds=seconds), path, origin)


def counts(found: Here) -> tuple[int, int, int]:
    return found.active, found.idle, found.recent


@pytest.mark.parametrize(
    ("tabs", "expected"),
    [
        ([], (0, 0, 0)),
        ([tab(1)], (1, 0, 0)),
        ([tab(1, active=False)], (0, 1, 0)),
        ([tab(1), tab(2), tab(3, active=False)], (2, 1, 0)),
        ([tab(1, "/a", active=False), tab(1, "/b"), tab(1, "/c", active=False)], (1, 0, 0)),
        ([tab(1, "/a", active=False), tab(1, "/b", active=False)], (0, 1, 0)),
        ([tab(1, "/a", active=False), tab(2, "/b", before=1)], (1, 0, 0)),
        ([tab(2, "/b", active=False, before=1), tab(1, "/a")], (1, 0, 0)),
    ],
    ids=[
        *("nobody", "active", "idle", "several people", "several pages, one active"),
        *("several idle pages", "new id at midnight", "old id is the active one"),
    ],
)
def test_a_visitor_with_open_pages_counts_once(tabs, expected):
    assert expected == counts(here(Heard(tabs), {}, {}, NOW))


@pytest.mark.parametrize(
    ("ended", "recent"),
    [
        pytest.param({}, 1, id="never heard of"),
        pytest.param({2: 5}, 1, id="somebody else left"),
        pytest.param({1: -3}, 0, id="its page may beat again"),
        pytest.param({1: 10}, 0, id="left after the event"),
        pytest.param({1: 62}, 0, id="left while the event was on its way"),
        pytest.param({1: 64}, 1, id="left before the event"),
    ],
)
def test_an_event_brings_somebody_here_of_whom_no_beat_tells(ended, recent):
    event = seen(seconds=60)

    assert (0, 0, recent) == counts(here(Heard([], ended), {1: event}, {}, NOW))


def test_somebody_who_closed_one_of_two_pages_is_not_counted_by_events_too():
    heard = Heard([tab(1)], {1: 64})

    assert (1, 0, 0) == counts(here(heard, {1: seen(seconds=60)}, {}, NOW))


def test_everybody_is_placed_by_page_and_by_what_their_visit_says():
    heard = Heard([tab(1, "/a"), tab(2, "/a", active=False)], {1: -5, 2: -5})
    recent = {1: seen(path="/before", origin=GOOGLE), 3: seen(path="/c", origin=BING)}

    found = here(heard, recent, {2: BING}, NOW)

    assert found == Here(
        active=1,
        idle=1,
        recent=1,
        pages=Counter({"/a": 2, "/c": 1}),
        sources=Counter({"Bing": 2, "Google": 1}),
        countries=Counter({"FR": 2, "DE": 1}),
        devices=Counter({"Mobile": 2, "Desktop": 1}),
    )


def test_somebody_whose_visit_is_not_known_is_on_a_page_all_the_same():
    assert Here(active=1, pages=Counter({"/a": 1})) == here(Heard([tab(1, "/a")]), {}, {}, NOW)


def test_after_midnight_the_visit_is_known_by_the_id_of_the_day_before():
    found = here(Heard([tab(2, before=1)], {1: -5, 2: -5}), {1: seen(origin=BING)}, {}, NOW)

    assert ((1, 0, 0), Counter({"Bing": 1})) == (counts(found), found.sources)


def test_a_visitor_is_on_the_page_where_something_is_done():
    tabs = [tab(1, "/z", active=False), tab(1, "/a")]

    assert [{"/a": 1}] * 2 == [
        dict(here(Heard(order), {}, {}, NOW).pages) for order in (tabs, tabs[::-1])
    ]


visitors = st.integers(1, 5)
tabs = st.lists(
    st.builds(Tab, visitors, st.none() | st.integers(11, 15), st.booleans(), st.sampled_from("ab"))
)
events = st.dictionaries(visitors, st.builds(seen, st.floats(0, 299), st.sampled_from("ab")))
ended = st.dictionaries(visitors, st.floats(0, 300))


@given(tabs, events, ended)
def test_nobody_counts_twice_and_everybody_is_on_one_page(tabs, events, ended):
    heard = Heard(tabs, ended | {tab.visitor: -5 for tab in tabs})

    found = here(heard, events, {}, NOW)

    present = {tab.visitor for tab in tabs}
    active = {tab.visitor for tab in tabs if tab.active}
    assert (len(active), len(present - active)) == (found.active, found.idle)
    assert found.recent <= len(events.keys() - present)
    assert found.online == sum(found.pages.values())


@given(events)
def test_without_beats_the_five_minute_rule_holds_for_all(events):
    assert (0, 0, len(events)) == counts(here(Heard(), events, {}, NOW))


@given(tabs, events)
def test_the_order_of_beats_does_not_matter(tabs, events):
    one, other = Heard(tabs), Heard(tabs[::-1])

    assert here(one, events, {}, NOW) == here(other, events, {}, NOW)
