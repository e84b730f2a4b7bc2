import pytest

from realtime import feed, matching
from realtime.matching import Matches
from realtime.rows import Rows
from tests.realtime.stored import event, make_site, store

pytestmark = pytest.mark.django_db


def on_prices(event):
    return event.path == "/prices"


def ids(rows):
    return [row.id for row in rows]


def test_visits_match_by_any_of_their_events_and_are_whole():
    site = make_site()
    store(
        event(site),
        event(site, path="/prices"),
        event(site),
        event(site, visit=1, path="/prices"),
        event(site, visit=1, path="/end"),
        event(make_site(), path="/prices"),
    )

    found = matching.begin(site.pk, on_prices, feed.end())

    assert [(1, 4, 5, 3, "/end"), (2, 2, 2, 1, "/prices")] == [
        (row.id, row.entered, row.last_id, row.pages, row.page) for row in found.rows.latest(10)
    ]


def test_a_feed_that_goes_on_equals_one_that_begins_later():
    site = make_site()
    store(
        event(site, path="/prices"),
        event(site),
        event(site, visit=2, path="/prices"),
        event(site, visit=1, path="/end"),
        event(site, visit=2, path="/prices"),
        event(site),
    )
    matches = matching.begin(site.pk, on_prices, 0)
    told = []
    for upto in range(1, 7):
        change = matching.go_on(site.pk, on_prices, matches, upto)
        matches = change.matches
        told.append((ids(change.new), ids(change.grown)))

    assert matching.begin(site.pk, on_prices, 6).rows.latest(10) == matches.rows.latest(10)
    assert [([1], []), ([], []), ([2], []), ([], [1]), ([], [2]), ([], [])] == told


def test_a_feed_goes_on_in_parts_that_say_how_far_they_go(monkeypatch):
    monkeypatch.setattr(matching, "CHUNK", 2)
    site = make_site()
    store(*(event(site, path="/prices") for _ in range(3)))

    first = matching.go_on(site.pk, on_prices, Matches(0, 0, Rows()), 3)
    second = matching.go_on(site.pk, on_prices, first.matches, 3)

    assert [(2, [1, 2]), (3, [3])] == [
        (each.matches.head, ids(each.new)) for each in (first, second)
    ]


def test_a_visit_that_matched_before_the_feed_looked_back_is_not_new(monkeypatch):
    monkeypatch.setattr(matching, "FARTHEST", 1)
    site = make_site()
    store(event(site, path="/prices"), event(site))
    matches = matching.begin(site.pk, on_prices, 2)
    store(event(site, visit=1, path="/prices"))

    change = matching.go_on(site.pk, on_prices, matches, 3)

    assert ([], []) == (change.new, change.grown)


def test_a_feed_knows_what_entered_since_it_looked_back_and_of_many_the_newest(monkeypatch):
    monkeypatch.setattr(matching, "MOST_ROWS", 2)
    site = make_site()
    store(*(event(site, path="/prices") for _ in range(3)))
    all_of_them = matching.begin(site.pk, on_prices, 3)
    monkeypatch.setattr(matching, "FARTHEST", 1)
    last = matching.begin(site.pk, on_prices, 3)

    assert ([False, False, True, True], [False, False, True, True]) == tuple(
        [each.knows(cursor) for cursor in range(4)] for each in (all_of_them, last)
    )
