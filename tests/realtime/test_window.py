from datetime import timedelta

import pytest

from realtime.window import Now, Window, minutes, online
from tests.realtime.stored import at, event, make_site, store
from tracking.models import Event

pytestmark = pytest.mark.django_db

NOW = at("2026-11-10 12:30:20")


def ago(**span: float):
    return NOW - timedelta(**span)


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
    assert minutes(site.pk, NOW) == [1, *[0] * 27, 1, 2]


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
    assert now == Now(
        online=2,
        minutes=[*[0] * 23, 1, 0, 0, 0, 0, 0, 2],
        pages=[("/b", 2)],
        sources=[("", 2)],
    )


def test_window_reads_new_events_in_one_query(django_assert_num_queries):
    site = make_site()
    window = Window(site.pk)
    store(event(site, time=NOW))
    window.read(NOW)
    with django_assert_num_queries(1):
        window.read(NOW)


def test_a_visitor_is_ranked_at_the_page_of_the_latest_event():
    site = make_site()
    store(
        event(site, visitor=1, path="/first", time=ago(seconds=9)),
        event(site, visitor=1, path="/second", time=ago(seconds=3)),
        event(site, visitor=1, path="/late", time=ago(seconds=30)),
    )
    assert Window(site.pk).read(NOW).pages == [("/second", 1)]


def test_a_bot_is_neither_online_nor_a_pageview():
    site = make_site()
    store(event(site, flags="bot", time=ago(seconds=1)))

    assert (0, [0] * 30, 0) == (
        online(site.pk, NOW),
        minutes(site.pk, NOW),
        Window(site.pk).read(NOW).online,
    )


def test_an_event_without_a_known_visitor_is_a_pageview_of_nobody():
    site = make_site()
    store(event(site, flags="no_visitor", time=ago(seconds=1)))
    Event.objects.update(visit=0, visitor=0)

    assert (0, [*[0] * 29, 1], 0) == (
        online(site.pk, NOW),
        minutes(site.pk, NOW),
        Window(site.pk).read(NOW).online,
    )
