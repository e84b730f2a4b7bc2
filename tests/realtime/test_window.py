from datetime import timedelta

import pytest

from realtime import trails
from realtime.presence.online import online
from realtime.trails import MOST_DEEDS
from realtime.window import Now, Rank, Window
from tests.realtime.stored import at, event, make_site, store
from tracking.models import Event, Goal

pytestmark = pytest.mark.django_db

NOW = at("2026-11-10 12:30:20")


def ago(**span: float):
    return NOW - timedelta(**span)


def read(site, now=NOW):
    return Window(site.pk).read(now)


def test_online_counts_each_visitor_of_the_last_five_minutes_once():
    site = make_site()
    store(
        event(site, visitor=1, time=ago(seconds=10)),
        event(site, visitor=1, time=ago(seconds=5)),
        event(site, visitor=2, time=ago(minutes=4, seconds=59)),
        event(site, visitor=3, time=ago(minutes=5)),
        event(make_site(), visitor=4, time=ago(seconds=1)),
    )
    assert online(site.pk, NOW) == 2


def test_an_engagement_event_keeps_nobody_online():
    site = make_site()
    store(event(site, name="engagement", time=ago(seconds=1)))
    assert online(site.pk, NOW) == 0


def test_minutes_counts_pageviews_with_the_running_minute_last():
    site = make_site()
    store(
        event(site, time=ago(seconds=1)),
        event(site, time=ago(seconds=20)),
        event(site, time=ago(seconds=21)),
        event(site, time=ago(minutes=29)),
        event(site, time=ago(minutes=30)),
        event(site, name="signup", time=ago(seconds=1)),
    )
    assert read(site).minutes == [1, *[0] * 27, 1, 2]


def test_window_takes_in_only_what_is_new_and_lets_go_what_is_old():
    site = make_site()
    window = Window(site.pk)
    store(event(site, visitor=1, path="/a", source="Google", time=ago(minutes=4)))
    window.read(NOW)
    store(
        event(site, visitor=2, path="/b", time=NOW + timedelta(minutes=2)),
        event(site, visitor=3, path="/b", time=NOW + timedelta(minutes=2)),
    )
    now = window.read(NOW + timedelta(minutes=2))
    late = int((NOW + timedelta(minutes=2)).timestamp())
    assert now == Now(
        online=2,
        active=0,
        idle=0,
        recent=2,
        change=1,
        minutes=[*[0] * 23, 1, 0, 0, 0, 0, 0, 2],
        seconds={late: 2},
        pages=[Rank("/b", 2, 2)],
        sources=[Rank("", 2, 2)],
        places=[Rank("", 2, 1)],
        devices=[Rank("", 2, 1)],
        events=[],
        countries={"": 2},
    )


def test_window_reads_goals_and_new_events_in_a_query_each(django_assert_num_queries):
    site = make_site()
    window = Window(site.pk)
    store(event(site, time=NOW))
    window.read(NOW)
    with django_assert_num_queries(2):
        window.read(NOW)


def test_a_visitor_is_ranked_at_the_page_of_the_latest_event():
    site = make_site()
    store(
        event(site, visitor=1, path="/first", time=ago(seconds=9)),
        event(site, visitor=1, path="/second", time=ago(seconds=3)),
        event(site, visitor=1, path="/late", time=ago(seconds=30)),
    )
    assert [("/second", 1)] == [rank[:2] for rank in read(site).pages]


def test_a_bot_is_neither_online_nor_a_pageview():
    site = make_site()
    store(event(site, flags="bot", time=ago(seconds=1)))

    assert (0, [0] * 30, 0) == (
        online(site.pk, NOW),
        read(site).minutes,
        read(site).online,
    )


def test_an_event_without_a_known_visitor_is_a_pageview_of_nobody():
    site = make_site()
    store(event(site, flags="no_visitor", time=ago(seconds=1)))
    Event.objects.update(visit=0, visitor=0)

    assert (0, [*[0] * 29, 1], 0) == (
        online(site.pk, NOW),
        read(site).minutes,
        read(site).online,
    )


def test_seconds_are_those_of_the_last_minute():
    site = make_site()
    store(*(event(site, time=ago(seconds=each)) for each in (0, 2, 2, 59, 60)))

    second = int(NOW.timestamp())
    assert {second - 59: 1, second - 2: 2, second: 1} == read(site).seconds


def test_ranks_count_people_by_page_source_and_country():
    site = make_site()
    store(
        event(site, path="/a", source="Google", country="DE"),
        event(site, path="/b", source="Google", country="DE"),
        event(site, path="/b", source="", country="AT"),
    )
    Event.objects.update(time=ago(seconds=5))

    now = read(site)

    assert ([("/b", 2), ("/a", 1)], [("Google", 2), ("", 1)], [("DE", 2), ("AT", 1)]) == tuple(
        [rank[:2] for rank in ranks] for ranks in (now.pages, now.sources, now.places)
    )


def test_a_rank_rises_by_those_who_came_and_falls_by_those_who_left():
    site = make_site()
    store(
        event(site, visitor=1, path="/a", time=ago(minutes=7)),
        event(site, visitor=2, path="/a", time=ago(minutes=7)),
        event(site, visitor=2, path="/b", time=ago(minutes=1)),
        event(site, visitor=3, path="/b", time=ago(minutes=1)),
        event(site, visitor=4, path="/a", time=ago(minutes=1)),
    )

    now = read(site)

    assert (3, 1, [("/b", 2, 2), ("/a", 1, -1)]) == (now.online, now.change, now.pages)


def test_events_rank_people_by_goals_reached_and_events_that_are_no_goal():
    site = make_site()
    Goal.objects.create(site=site, event_name="Signup", display_name="Signed up")
    Goal.objects.create(site=site, page_path="/thanks")
    Goal.objects.create(site=site, page_path="/blog", scroll_threshold=50)
    moment = ago(minutes=4)
    store(
        event(site, visitor=1, name="Signup", time=moment),
        event(site, visitor=1, name="Signup", time=moment),
        event(site, visitor=2, name="Signup", time=moment),
        event(site, visitor=2, path="/thanks", time=moment),
        event(site, visitor=2, name="Play", time=moment),
        event(site, visitor=3, path="/blog", time=moment),
        event(site, visitor=3, path="/blog", name="engagement", scroll_depth=60, time=moment),
        event(site, visitor=4, name="Play", time=ago(minutes=6)),
    )

    assert [
        ("Signed up", 2, 2),
        ("Play", 1, 0),
        ("Scroll 50% on /blog", 1, 1),
        ("Visit /thanks", 1, 1),
    ] == read(site).events


def test_figures_do_not_depend_on_when_events_were_taken_in():
    site = make_site()
    window = Window(site.pk)
    stored = [
        event(site, visitor=number % 7 + 1, path=f"/{number % 4}", time=ago(seconds=number * 23))
        for number in range(60)
    ]
    # Now and then one comes late.
    for number, each in enumerate(sorted(stored, key=lambda one: (one.time.second % 3, one.time))):
        store(each)
        if number % 5 == 0:
            window.read(NOW - timedelta(seconds=60 - number))

    assert read(site) == window.read(NOW)


def test_those_who_were_seen_longest_ago_are_let_go_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(trails, "MOST_VISITORS", 2)
    site = make_site()
    store(*(event(site, path=f"/{number}", time=ago(minutes=number)) for number in (2, 1, 0, 3)))

    assert [("/0", 1), ("/1", 1)] == [rank[:2] for rank in read(site).pages]


def test_a_visitor_of_many_events_takes_no_more_room_than_of_one_a_minute():
    site = make_site()
    window = Window(site.pk)
    store(*(event(site, visitor=1, time=ago(seconds=number)) for number in range(50)))

    window.read(NOW)

    assert 2 == len(window.trails.by_visitor[1].steps)


def test_what_one_visitor_does_is_bounded():
    site = make_site()
    window = Window(site.pk)
    store(*(event(site, visitor=1, visit=1, name=f"Order {n}", time=NOW) for n in range(60)))
    window.read(NOW)

    assert MOST_DEEDS == len(window.trails.by_visitor[1].deeds)
