import pytest
from structlog.testing import capture_logs

from realtime import publish
from realtime.news import News
from realtime.visits import Step, Visit
from tests.realtime.stored import event, make_site, store, store_and_announce
from tracking.models import EventLog, Goal

pytestmark = pytest.mark.django_db


def news_in(data, site):
    return News.decode(data["sites"][str(site.pk)])


def test_one_message_has_the_news_of_all_sites(layer):
    one, other = make_site(), make_site()

    store_and_announce(event(one), event(other), event(one))

    [(group, data)] = layer.sent
    assert (publish.GROUP, 3) == (group, data["last"])
    assert ([1, 3], [2]) == tuple(
        [visit.id for visit in news_in(data, site).visits] for site in (one, other)
    )


def test_a_message_names_the_event_before_it(layer):
    site = make_site()
    store(event(site), event(make_site()))

    first, second, _ = store_and_announce(
        event(site), event(site, visit=1, path="/next"), event(site, visit=1, name="engagement")
    )

    [(_, data)] = layer.sent
    assert (2, 5) == (data["before"], data["last"])
    assert News(5, [Visit.of(first)], [Step.of(second)]) == news_in(data, site)


def test_a_layer_that_is_down_is_logged_once_and_breaks_nothing(layer):
    site = make_site()
    layer.down = True
    with capture_logs() as logs:
        store_and_announce(event(site))
        store_and_announce(event(site))
        layer.down = False
        store_and_announce(event(site))
    assert [entry["event"] for entry in logs] == [
        "feed_publish_failed",
        "feed_publish_recovered",
    ]
    assert EventLog.objects.get().last_id == 3


def test_a_bot_that_is_counted_apart_is_not_announced(layer):
    site = make_site()

    store_and_announce(event(site, flags="bot"), event(site))

    [(_, data)] = layer.sent
    news = news_in(data, site)
    assert ([2], 2, []) == ([visit.id for visit in news.visits], news.last, news.steps)


def test_a_message_names_the_goals_that_were_reached(layer):
    site = make_site()
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(site=site, page_path="/blog*", scroll_threshold=50)
    scrolled = event(site, visit=1, name="engagement", path="/blog/a", scroll_depth=70)

    store_and_announce(event(site, name="Signup"), scrolled)

    [(_, data)] = layer.sent
    news = news_in(data, site)
    assert ([("Signup",)], [(2, ("Scroll 50% on /blog*",))]) == (
        [visit.goals for visit in news.visits],
        [(step.id, step.goals) for step in news.steps],
    )


def test_of_very_many_events_of_a_site_a_message_says_only_that_there_are_some(layer, monkeypatch):
    monkeypatch.setattr(publish, "MOST_EVENTS", 2)
    site = make_site()

    store_and_announce(event(site), event(site), event(site))

    [(_, data)] = layer.sent
    assert (0, 3, {str(site.pk): b""}) == (data["before"], data["last"], data["sites"])
