"""What the thread does each time it is woken; its threads do their work at once here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from realtime.out import dispatch, sending, thresholds
from realtime.out.dispatch import Dispatcher
from realtime.out.models import Delivery, Threshold, Webhook
from tests.factories import SiteFactory
from tests.realtime.out.hooks import make_hook
from tests.realtime.stored import event, store

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    # The connection is the test's own.
    monkeypatch.setattr(dispatch, "close_old_connections", lambda: None)
    with time_machine.travel(NOW, tick=False):
        yield


class Turns(Dispatcher):
    """Notes whose turn it is and sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[int] = []

    def send(self, now: datetime) -> None:
        hooks = sending.ready(now).filter(pk__in=sending.due(now).values("webhook"))
        self.turns += hooks.order_by("pk").values_list("pk", flat=True)


def made() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("event_id", flat=True))


def test_server_without_webhooks_and_thresholds_sleeps_until_it_is_woken():
    make_hook(enabled=False)

    assert (None, dispatch.IDLE_SECONDS) == Turns().work()


def test_first_look_is_at_everything():
    hook = make_hook()
    store(event(hook.site))
    thread = Turns()

    thread.work()

    assert (["1-0"], [hook.pk]) == (made(), thread.turns)


def test_later_only_sites_with_news_are_looked_at():
    one, two = make_hook(), make_hook()
    thread = Turns()
    thread.work()
    [of_one, _] = store(event(one.site), event(two.site))

    thread.wake(events=[of_one])
    thread.work()
    first = made()
    thread.wake()
    thread.work()

    assert (["1-0"], ["1-0", "2-0"]) == (first, made())


def test_news_are_kept_while_there_is_no_webhook():
    thread = Turns()
    thread.work()
    hook = make_hook(enabled=False)
    thread.wake(events=store(event(hook.site)))
    thread.work()

    Webhook.objects.update(enabled=True)
    thread.work()

    assert ["1-0"] == made()


def test_failed_look_is_tried_again_at_everything(monkeypatch):
    hook = make_hook()
    thread = Turns()
    thread.work()
    store(event(hook.site))
    thread.wake(events=[])
    with monkeypatch.context() as failing:
        failing.setattr(thresholds, "check_all", lambda now: 1 / 0)
        assert (dispatch.RETRY_SECONDS, dispatch.RETRY_SECONDS) == thread.work()

    thread.work()

    assert ["1-0"] == made()


def test_crossed_threshold_is_delivered_at_once():
    hook = make_hook(kinds=["threshold"])
    Threshold.objects.create(site=hook.site, figure="visits", limit=1)
    thread = Turns()
    thread.work()
    store(event(hook.site), event(hook.site))
    Threshold.objects.update(checked_at=None)

    thread.work()

    assert ["3-0"] == made()


def test_it_looks_again_when_something_is_due():
    hook = make_hook()
    store(event(hook.site))
    thread = Turns()
    thread.work()
    at = NOW + timedelta(seconds=30)

    pauses = []
    for rows, change in (
        (Delivery.objects.all(), {"next_at": at}),
        (Webhook.objects.all(), {"paused_until": at + timedelta(seconds=10)}),
        (Webhook.objects.all(), {"busy_until": at + timedelta(seconds=20)}),
        (Webhook.objects.all(), {"enabled": False}),
    ):
        rows.update(**change)
        pauses.append(dispatch.seconds_until_due(NOW))

    assert [30, 40, 50, None] == pauses


def test_it_looks_again_at_thresholds_every_five_seconds():
    Threshold.objects.create(site=SiteFactory(), limit=1)

    assert 5 == Turns().work()[0]
