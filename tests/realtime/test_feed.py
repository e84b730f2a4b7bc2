import pytest

from realtime import feed
from realtime.rows import Rows
from tests.realtime.stored import event, make_site, seal_visits, store
from tracking.models import Event, Goal

pytestmark = pytest.mark.django_db


def ids(visits):
    return [visit.id for visit in visits]


def test_a_visit_is_the_event_that_opened_it():
    site = make_site()
    first, *_ = store(
        event(site),
        event(site, visit=1),
        event(site, name="engagement"),
        event(make_site()),
    )
    assert [first.id] == feed.ids(site.pk, 0, feed.end())


def test_ids_are_those_above_the_cursor_oldest_first():
    site = make_site()
    store(*(event(site) for _ in range(5)))
    assert [3, 4] == feed.ids(site.pk, 2, 4)


def test_latest_reads_newest_first():
    site = make_site()
    store(*(event(site) for _ in range(5)))
    assert ids(feed.latest(site.pk, 4, 2).latest(2)) == [4, 3]


def test_latest_has_each_visit_as_far_as_it_had_come():
    site = make_site()
    Goal.objects.create(site=site, event_name="Signup")
    store(
        event(site),
        event(site, visit=1, path="/next"),
        event(site, visit=1, name="Signup"),
        event(site, visit=1, path="/later"),
    )

    [row] = feed.latest(site.pk, 3, 10).latest(10)

    assert (3, 2, "/next", ("Signup",)) == (row.last_id, row.pages, row.page, row.goals)


def test_latest_has_what_was_told_bit_by_bit():
    site = make_site()
    store(event(site), event(site), event(site, visit=1), event(site, visit=2, path="/next"))
    rows = Rows()
    for cursor in range(4):
        rows.take(feed.news(site.pk, cursor, cursor + 1))

    assert feed.latest(site.pk, 4, 10).latest(10) == rows.latest(10)


def test_news_are_read_in_parts_that_say_how_far_they_go(monkeypatch):
    monkeypatch.setattr(feed, "CHUNK", 2)
    site = make_site()
    store(
        event(site),
        event(site, visit=1),
        event(site, visit=1, name="engagement"),
        event(site, flags="bot"),
        event(site, visit=1),
        event(make_site()),
    )

    first = feed.news(site.pk, 0, feed.end())
    second = feed.news(site.pk, first.last, feed.end())

    assert ((2, [1], [2]), (6, [], [5])) == tuple(
        (news.last, ids(news.visits), ids(news.steps)) for news in (first, second)
    )


def test_engagement_is_news_where_it_reaches_a_goal():
    site = make_site()
    Goal.objects.create(site=site, page_path="/", scroll_threshold=50)
    scrolls = [event(site, visit=1, name="engagement", scroll_depth=each) for each in (49, 50)]
    store(event(site), *scrolls)

    assert [(3, ("Scroll 50% on /",))] == [
        (step.id, step.goals) for step in feed.news(site.pk, 0, feed.end()).steps
    ]


@pytest.mark.parametrize("names", [[], ["engagement"]], ids=["nothing", "engagement alone"])
def test_a_site_without_a_visit_is_empty(names):
    site = make_site()
    store(*(event(site, name=name) for name in names))
    assert feed.is_empty(site.pk)


def test_a_cursor_at_the_end_of_an_emptied_log_goes_on():
    store(event(make_site()))
    Event.objects.all().delete()
    assert not feed.is_lost(make_site().pk, 1)


@pytest.mark.parametrize(
    ("cursor", "lost"),
    [(1, True), (2, False), (5, False), (6, True)],
    ids=["before a sealed visit", "just after it", "the end", "above the end"],
)
def test_a_cursor_outside_of_what_is_stored_is_lost(cursor, lost):
    site = make_site()
    store(*(event(site) for _ in range(5)))
    seal_visits(site, 2)
    assert feed.is_lost(site.pk, cursor) == lost


def test_a_cursor_is_not_lost_when_another_sites_visits_are_sealed():
    site, other = make_site(), make_site()
    store(event(site), event(other), event(other), event(site))
    seal_visits(other, 3)
    assert not feed.is_lost(site.pk, 1)


def test_a_site_is_not_empty_when_all_its_visits_are_sealed():
    site = make_site()
    store(event(site))
    seal_visits(site, 1)
    assert not feed.is_empty(site.pk)


@pytest.mark.parametrize(("farthest", "lost"), [(4, True), (5, False)])
def test_a_cursor_too_far_behind_is_lost(monkeypatch, farthest, lost):
    monkeypatch.setattr(feed, "FARTHEST", farthest)
    site = make_site()
    store(*(event(site) for _ in range(5)))
    assert feed.is_lost(site.pk, 0) == lost


@pytest.mark.parametrize("flags", ["bot", "no_visitor", "bot,no_visitor"])
def test_a_flagged_event_is_no_visit_of_the_feed(flags):
    site = make_site()
    store(event(site, flags=flags))

    assert ([], [], True) == (
        feed.ids(site.pk, 0, feed.end()),
        feed.latest(site.pk, feed.end(), 10).latest(10),
        feed.is_empty(site.pk),
    )
