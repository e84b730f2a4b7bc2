import pytest
from structlog.testing import capture_logs

from realtime import publish
from realtime.visits import Step, Visit
from tests.realtime.stored import event, make_site, store, store_and_announce
from tracking.models import EventLog, Goal

pytestmark = pytest.mark.django_db


def test_each_site_with_news_gets_one_message(layer):
    one, other = make_site(), make_site()
    store_and_announce(event(one), event(other), event(one))
    assert [(group, data["last"]) for group, data in layer.sent] == [
        (f"site.{one.pk}", 3),
        (f"site.{other.pk}", 2),
    ]


def test_a_message_names_the_sites_event_before_it(layer):
    site = make_site()
    store(event(site), event(site), event(make_site()))
    first, second, _ = store_and_announce(
        event(site), event(site, visit=1, path="/next"), event(site, visit=1, name="engagement")
    )
    assert layer.sent == [
        (
            f"site.{site.pk}",
            {
                "type": "site.news",
                "before": 2,
                "whole": True,
                "last": 6,
                "visits": [Visit.of(first).as_message()],
                "steps": [Step.of(second).as_message()],
            },
        )
    ]


def test_the_first_message_of_a_site_names_no_event_before_it(layer):
    store_and_announce(event(make_site()))
    assert layer.sent[0][1]["before"] == 0


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
    assert ([2], 2, []) == ([visit["id"] for visit in data["visits"]], data["last"], data["steps"])


def test_a_message_names_the_goals_that_were_reached(layer):
    site = make_site()
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(site=site, page_path="/blog*", scroll_threshold=50)
    scrolled = event(site, visit=1, name="engagement", path="/blog/a", scroll_depth=70)

    store_and_announce(event(site, name="Signup"), scrolled)

    [(_, data)] = layer.sent
    assert ([["Signup"]], [(2, ["Scroll 50% on /blog*"])]) == (
        [visit["goals"] for visit in data["visits"]],
        [(step["id"], step["goals"]) for step in data["steps"]],
    )


def test_a_message_of_very_many_events_names_their_ids_alone(layer, monkeypatch):
    monkeypatch.setattr(publish, "MOST_EVENTS", 2)
    site = make_site()

    store_and_announce(event(site), event(site), event(site))

    [(_, data)] = layer.sent
    assert {
        "type": "site.news",
        "before": 0,
        "whole": False,
        "last": 3,
        "visits": [],
        "steps": [],
    } == data
