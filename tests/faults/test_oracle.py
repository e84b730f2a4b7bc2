"""The judge of the fault suite is judged: each kind of wrong must be found, and right must pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.faults.load import Answer, Hit, Load, Log
from tests.faults.oracle import check_order, check_visits, outcome
from tests.faults.stored import Event, Figures, Stored
from tests.faults.told import Told, told

BEGAN = datetime(2026, 3, 14, 9, 26)

Wrong = Callable[[Stored], object]


def sent() -> Load:
    """Two clients: one with ids, whose two visitors are accepted, one without ids, in doubt."""
    with_ids = [
        Hit("/1/1/0", "91.1.0.1", "pageview", "a", True, 10.0),
        Hit("/1/1/1", "91.1.0.1", "Signup", "b", True, 11.0),
        Hit("/1/2/0", "91.1.0.2", "pageview", "c", True, 12.0),
    ]
    without = [
        Hit("/0/1/0", "91.0.0.1", "pageview", "", True, 10.5),
        Hit("/0/1/1", "91.0.0.1", "pageview", ""),
    ]
    answers = [Answer(at, 0.25, 202) for at in (10.0, 11.0, 12.0)]
    doubtful = [Answer(10.5, 0.5, 202), Answer(11.5, 1.0, 0), Answer(11.6, 0.1, 503)]
    return Load([Log(with_ids, answers), Log(without, doubtful)], started=10.0, seconds=2.0)


def event(id_: int, visit: int, visitor: int, name: str, path: str) -> Event:
    return Event(id_, visit, visitor, BEGAN + timedelta(seconds=10 * id_), name, path)


def stored() -> Stored:
    """What a server without fault has of it, the hit without an answer among it."""
    events = [
        event(1, 1, 7, "pageview", "/1/1/0"),
        event(2, 2, 8, "pageview", "/0/1/0"),
        event(3, 1, 7, "Signup", "/1/1/1"),
        event(4, 2, 8, "pageview", "/0/1/1"),
        event(5, 5, 9, "pageview", "/1/2/0"),
    ]
    return Stored(events, figures(), salts=[])


def figures() -> Figures:
    return {
        "pageviews": 4,
        "events": 5,
        "visitors": 3,
        "visits": 3,
        "bounce_rate": 33,
        "views_per_visit": 1.33,
        "visit_duration": 13,
    }


def judge(load: Load, found: Stored) -> None:
    outcome(load, found, []).check()
    check_order(load, found)
    check_visits(load, found)


def test_a_server_without_fault_passes():
    judge(sent(), stored())


def test_a_hit_that_was_not_answered_need_not_be_stored():
    found = stored()
    del found.events[3]
    found.figures |= {
        "pageviews": 3,
        "events": 4,
        "bounce_rate": 67,
        "views_per_visit": 1,
        "visit_duration": 7,
    }

    judge(sent(), found)


def test_the_outcome_counts_hits_and_answers():
    found = outcome(sent(), stored(), moments=[10.2, 11.2])

    assert (5, 4, 5, 0, 0, 0, 1, 1, 2.0, 1.0, ()) == (
        *(found.sent, found.accepted, found.stored, found.doubled, found.lost, found.not_sent),
        *(found.unavailable, found.unanswered, found.rate, found.slowest, found.wrong),
    )
    # Answered again at 10.5 and at 12.
    assert 0.8 == pytest.approx(found.recovery)


def lose(found: Stored) -> None:
    del found.events[0]


def double(found: Stored) -> None:
    found.events.append(replace(found.events[0], id=6))


def invent(found: Stored) -> None:
    found.events.append(event(6, 6, 11, "pageview", "/nobody/sent/this"))


def rename(found: Stored) -> None:
    found.events[2].name = "pageview"


def change_the_order(found: Stored) -> None:
    one, other = found.events[0], found.events[2]
    one.path, other.path = other.path, one.path
    one.name, other.name = other.name, one.name


def part_a_visit(found: Stored) -> None:
    found.events[2].visit = 3


def merge_visits(found: Stored) -> None:
    for each in found.events:
        each.visit = 1


def let_a_visit_go_on_after_its_end(found: Stored) -> None:
    found.events[2].time += timedelta(minutes=30)


def count_a_visitor_twice(found: Stored) -> None:
    found.figures["visitors"] = 4


def count_a_bounce_too_many(found: Stored) -> None:
    found.figures["bounce_rate"] = 67


@pytest.mark.parametrize(
    "wrong",
    [
        lose,
        double,
        invent,
        rename,
        change_the_order,
        part_a_visit,
        merge_visits,
        let_a_visit_go_on_after_its_end,
        count_a_visitor_twice,
        count_a_bounce_too_many,
    ],
)
def test_a_server_with_a_fault_is_found_out(wrong: Wrong):
    found = stored()
    wrong(found)

    with pytest.raises(AssertionError):
        judge(sent(), found)


def test_an_answer_that_no_fault_excuses_is_found_out():
    load = sent()
    load.logs[0].wrong.append("500")

    with pytest.raises(AssertionError, match="500"):
        judge(load, stored())


def test_a_server_that_took_nothing_is_found_out():
    with pytest.raises(AssertionError):
        outcome(Load([Log(answers=[Answer(1, 1, 503)])], seconds=1), Stored([], {}, []), []).check()


def test_dashboards_that_were_told_all_in_order_pass():
    assert Told(3, 2, 0, 0, 0, 0, 0.5) == told([1, 2, 5], [[1, 2, 5], [1, 2, 5]], late=0.5).check()


@pytest.mark.parametrize(
    ("dashboard", "found"),
    [
        pytest.param([1, 5], Told(3, 2, 1, 0, 0, 0, 0), id="missed"),
        pytest.param([1, 2, 2, 5], Told(3, 2, 0, 1, 0, 0, 0), id="repeated"),
        pytest.param([2, 1, 5], Told(3, 2, 0, 0, 1, 0, 0), id="out-of-order"),
        pytest.param([1, 2, 4, 5], Told(3, 2, 0, 0, 0, 1, 0), id="not-stored"),
        pytest.param([], Told(3, 2, 3, 0, 0, 0, 0), id="told-nothing"),
    ],
)
def test_a_dashboard_that_was_told_wrong_is_found_out(dashboard, found):
    told_of_all = [1, 2, 5]

    assert found == told(told_of_all, [told_of_all, dashboard])
    with pytest.raises(AssertionError):
        found.check()
