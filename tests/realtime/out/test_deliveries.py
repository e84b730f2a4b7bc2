from datetime import UTC, datetime, timedelta

import orjson
import pytest

from realtime.out import deliveries, events
from realtime.out.models import Crossing, Delivery, Webhook
from tests.factories import SiteFactory
from tests.realtime.out.hooks import make_hook
from tests.realtime.stored import event, seal_visits, store
from tracking.models import EventLog, Goal
from tracking.signals import visits_erased, visits_forgotten

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WAITING, DELIVERED = Delivery.State.WAITING, Delivery.State.DELIVERED


def waiting(hook: Webhook) -> list[str]:
    return list(hook.deliveries.order_by("pk").values_list("event_id", flat=True))


def make(hook: Webhook, now: datetime = NOW) -> list[str]:
    """The ids of the events that then are to be sent."""
    hook.refresh_from_db()
    deliveries.make(hook, events.end(), now)
    return waiting(hook)


def test_each_event_becomes_one_delivery_however_often_it_is_looked_for():
    hook = make_hook()
    store(event(hook.site), event(hook.site))

    assert [["1-0", "2-0"], ["1-0", "2-0"]] == [make(hook), make(hook)]


def test_delivery_holds_the_event_as_everybody_hears_it():
    hook = make_hook()
    store(event(hook.site, path="/beans"))
    make(hook)

    [told] = events.after(hook.site, events.Position(0), events.end(), ["visit"]).events
    assert [("visit", told.text, WAITING, NOW, 0)] == list(
        Delivery.objects.values_list("kind", "payload", "state", "next_at", "attempts")
    )


def test_webhook_is_told_what_it_asks_for():
    hook = make_hook(kinds=["goal"])
    Goal.objects.create(pk=5, site=hook.site, event_name="Buy")
    store(event(hook.site), event(hook.site, name="Buy", visit=1), event(SiteFactory()))

    assert ["2-5"] == make(hook)


def test_what_was_told_of_an_erased_visit_is_forgotten():
    hook, other = make_hook(), make_hook()
    Goal.objects.create(site=hook.site, event_name="Buy")
    store(event(hook.site), event(hook.site, name="Buy", visit=1), event(hook.site))
    store(event(other.site))
    make(hook)
    make(other)

    visits_erased.send(sender=None, site_id=hook.site.pk, visits={1, 4})

    assert [["3-0"], ["4-0"]] == [waiting(hook), waiting(other)]


def test_what_was_told_is_read_once_for_however_many_erased_visits(django_assert_num_queries):
    hook = make_hook()
    store(*(event(hook.site) for _ in range(3)))
    make(hook)

    with django_assert_num_queries(2):
        visits_erased.send(sender=None, site_id=hook.site.pk, visits={1, 2, *range(100, 200)})

    assert ["3-0"] == waiting(hook)


def test_what_was_told_before_the_time_that_is_kept_is_forgotten():
    hook, other = make_hook(), make_hook()
    store(event(hook.site), event(other.site))
    make(hook)
    make(other)
    deliveries.make_test(hook, NOW)
    store(event(hook.site))
    make(hook, NOW + timedelta(minutes=1))

    visits_forgotten.send(sender=None, site_id=hook.site.pk, before=NOW + timedelta(seconds=1))

    kinds = hook.deliveries.order_by("pk").values_list("event_id", "kind")
    assert (["test", "visit"], ["2-0"]) == ([kind for _, kind in kinds], waiting(other))


def test_two_who_look_at_once_make_each_delivery_once():
    hook = make_hook()
    store(event(hook.site))
    [one, two] = [Webhook.objects.get(), Webhook.objects.get()]

    deliveries.make(one, events.end(), NOW)
    deliveries.make(two, events.end(), NOW)

    assert ["1-0"] == waiting(hook)


@pytest.mark.django_db(transaction=True)
def test_who_dies_on_the_way_has_lost_nothing(monkeypatch):
    hook = make_hook()
    store(event(hook.site))

    def die(*_args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(Delivery.objects, "bulk_create", die)
        with pytest.raises(SystemExit):
            make(hook)

    assert ["1-0"] == make(hook)


def test_no_more_are_made_than_may_wait(monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_WAITING", 3)
    monkeypatch.setattr(events, "CHUNK", 2)
    hook = make_hook()
    store(*(event(hook.site) for _ in range(8)))

    first = make(hook)
    hook.deliveries.update(state=DELIVERED)

    assert 4 == len(first)
    assert 8 == len(make(hook))


@pytest.mark.parametrize("cursor", ["0", "9"], ids=["sealed", "above the highest id"])
def test_lost_cursor_goes_on_from_now_and_is_noted(cursor):
    hook = make_hook(cursor=cursor, moved_at=NOW - timedelta(hours=1))
    store(event(hook.site), event(hook.site))
    seal_visits(hook.site, 1)

    assert [] == make(hook)
    hook.refresh_from_db()
    assert ("2", NOW) == (hook.cursor, hook.skipped_at)


def test_cursor_rests_while_only_others_have_events_and_moves_once_a_minute():
    hook = make_hook(moved_at=NOW)
    store(event(SiteFactory()))
    cursors = []
    for seconds in (1, 59, 61):
        make(hook, NOW + timedelta(seconds=seconds))
        cursors.append(hook.cursor)

    assert ["0", "0", "1"] == cursors


def test_test_is_a_delivery_of_its_own():
    hook = make_hook()

    made = deliveries.make_test(hook, NOW)

    told = orjson.loads(made.payload)
    assert (made.event_id, "test", hook.site.domain) == (told["id"], told["type"], told["site"])


def test_replayed_delivery_begins_again_and_a_waiting_one_is_left_alone():
    hook = make_hook()
    store(event(hook.site), event(hook.site))
    make(hook)
    done = hook.deliveries.filter(event_id="1-0")
    done.update(state=Delivery.State.FAILED, attempts=10, error="No answer.")

    assert 1 == deliveries.replay(hook.deliveries.all(), NOW + timedelta(hours=1))
    assert (WAITING, 0, NOW + timedelta(hours=1), "") == done.values_list(
        "state", "attempts", "next_at", "error"
    ).get()


def test_log_is_forgotten_when_it_is_old():
    hook = make_hook()
    store(event(hook.site), event(hook.site))
    make(hook)
    hook.deliveries.filter(event_id="1-0").update(created_at=NOW - timedelta(days=31))
    for number, age in ((1, 29), (2, 31)):
        Crossing.objects.create(
            id=number,
            site=hook.site,
            time=NOW - timedelta(days=age),
            limit=1,
            minutes=1,
            value=2,
        )

    deliveries.forget(NOW)

    assert ["2-0"] == waiting(hook)
    assert [1] == list(Crossing.objects.values_list("id", flat=True))


def test_log_has_a_most_of_what_does_not_wait(monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_KEPT", 2)
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    hook = make_hook()
    store(*(event(hook.site) for _ in range(6)))
    make(hook)
    hook.deliveries.exclude(event_id="1-0").update(state=DELIVERED)

    deliveries.forget(NOW)

    assert ["1-0", "5-0", "6-0"] == waiting(hook)


def test_deleted_site_leaves_nothing_behind():
    hook = make_hook()
    store(event(hook.site))
    make(hook)

    hook.site.delete()

    assert (0, 0) == (Webhook.objects.count(), Delivery.objects.count())
    assert EventLog.objects.exists()
