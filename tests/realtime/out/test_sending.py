import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from realtime.out import deliveries, events, sending, switched_off
from realtime.out.models import Delivery, Webhook
from realtime.out.sending import MOST_ATTEMPTS, PAUSES
from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.mail import delivered
from tests.realtime.out.hooks import make_hook
from tests.realtime.out.receivers import Receiver, is_signed, receiving
from tests.realtime.stored import event, store
from tracking import outgoing
from tracking.models import Change, Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WAITING, DELIVERED, FAILED = Delivery.State


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings, monkeypatch):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    # Pauses as they are written, so that times can be said.
    monkeypatch.setattr(sending, "jittered", lambda pause: pause)


def hook_of(receiver: Receiver, visits: int = 1, **fields: object) -> Webhook:
    """A webhook with deliveries of so many visits."""
    hook = make_hook(url=receiver.url, **fields)
    store(*(event(hook.site) for _ in range(visits)))
    deliveries.make(hook, events.end(), NOW)
    return hook


def turn(hook: Webhook, after: timedelta = timedelta(0)) -> list[tuple]:
    """Give the webhook its turn; what then is known of its deliveries."""
    with time_machine.travel(NOW + after, tick=False):
        sending.turn(hook.pk)
    hook.refresh_from_db()
    return list(hook.deliveries.order_by("pk").values_list("state", "attempts", "status", "error"))


def test_delivery_is_sent_signed_and_as_it_is():
    with receiving(204) as receiver:
        hook = hook_of(receiver)
        assert [(DELIVERED, 1, 204, "")] == turn(hook)

    [(headers, body)] = receiver.received
    assert hook.deliveries.get().payload.encode() == body
    assert ("application/json", "Footfall") == (headers["Content-Type"], headers["User-Agent"])
    assert f"msg_{hook.pk}_1-0" == headers["webhook-id"]
    assert is_signed(hook.secret, headers, body)


def test_rolled_secret_signs_beside_the_one_before_for_a_day():
    with receiving() as receiver:
        hook = hook_of(receiver, 2)
        before = hook.secret
        hook.roll_secret(NOW)
        turn(hook)
        deliveries.replay(hook.deliveries.filter(event_id="2-0"), NOW)
        turn(hook, timedelta(hours=25))

    headers_and_bodies = [receiver.received[0], receiver.received[-1]]
    assert [(True, True), (True, False)] == [
        (is_signed(hook.secret, *each), is_signed(before, *each)) for each in headers_and_bodies
    ]


def test_deliveries_are_sent_in_their_order():
    with receiving() as receiver:
        turn(hook_of(receiver, 5))

    assert ["1-0", "2-0", "3-0", "4-0", "5-0"] == receiver.ids


def test_test_is_sent_before_what_waits_longer():
    with receiving() as receiver:
        hook = hook_of(receiver, 2)
        made = deliveries.make_test(hook, NOW)
        turn(hook)

    assert [made.event_id, "1-0", "2-0"] == receiver.ids


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503, 301, 302, 307])
def test_answer_other_than_success_is_a_failure_and_no_redirect_is_followed(status):
    with receiving(status) as receiver:
        assert [(WAITING, 1, status, f"Answered {status}.")] == turn(hook_of(receiver))

    assert 1 == len(receiver.received)


def test_failed_delivery_is_sent_again_with_the_same_id_after_its_pause():
    with receiving(500, 200) as receiver:
        hook = hook_of(receiver)
        turn(hook)
        too_soon = turn(hook, PAUSES[0] - timedelta(seconds=1))
        then = turn(hook, PAUSES[0])

    assert [(WAITING, 1)] == [row[:2] for row in too_soon]
    assert [(DELIVERED, 2)] == [row[:2] for row in then]
    [first, second] = [headers["webhook-id"] for headers, _ in receiver.received]
    assert first == second


def test_delivery_is_given_up_after_a_day_of_attempts():
    with receiving(500) as receiver:
        hook = hook_of(receiver)
        after = timedelta(0)
        states = []
        for pause in [*PAUSES, timedelta(days=1)]:
            states.append(turn(hook, after)[0][0])
            after += pause
        turn(hook, after)

    assert [WAITING] * (MOST_ATTEMPTS - 1) + [FAILED] == states
    assert MOST_ATTEMPTS == len(receiver.received)


def test_old_delivery_that_is_sent_again_has_a_day_of_attempts_of_its_own():
    with receiving(500) as receiver:
        hook = hook_of(receiver)
        hook.deliveries.update(state=FAILED, created_at=NOW - timedelta(days=9))
        deliveries.replay(hook.deliveries.all(), NOW)

        assert [(WAITING, 1)] == [row[:2] for row in turn(hook)]


def test_webhook_that_fails_is_tried_with_one_delivery_and_then_with_all():
    with receiving(500, 500, 200) as receiver:
        hook = hook_of(receiver, 4)
        turn(hook)
        turn(hook, timedelta(seconds=1))
        turn(hook, PAUSES[0])
        turn(hook, PAUSES[0] + PAUSES[1])
        recovered = (hook.failures, hook.failing_since, hook.paused_until)

    assert ["1-0", "1-0", "1-0", "2-0", "3-0", "4-0"] == receiver.ids
    assert (0, None, None) == recovered


def test_delivery_that_its_receiver_cannot_take_does_not_hold_up_the_others():
    with receiving(400, 200) as receiver:
        hook = hook_of(receiver, 3)
        turn(hook)
        hook.deliveries.filter(event_id="1-0").update(next_at=NOW + timedelta(hours=1))
        rows = turn(hook, PAUSES[0])

    assert [WAITING, DELIVERED, DELIVERED] == [row[0] for row in rows]


def test_receiver_that_hangs_is_left_in_time(monkeypatch):
    monkeypatch.setattr(outgoing.post, "__defaults__", (0.2,))
    over = threading.Event()
    with receiving(before=lambda: over.wait(10)) as receiver:
        rows = turn(hook_of(receiver))
        over.set()

    assert [(WAITING, 1, None, "No answer within 0 seconds.")] == rows


def test_receiver_that_is_slow_is_waited_for():
    with receiving(before=lambda: threading.Event().wait(0.2)) as receiver:
        assert [(DELIVERED, 1, 200, "")] == turn(hook_of(receiver))


def test_receiver_inside_is_not_called(settings):
    settings.WEBHOOK_NETWORKS = []
    with receiving() as receiver:
        [(state, _, _, error)] = turn(hook_of(receiver))

    assert (WAITING, 0) == (state, len(receiver.received))
    assert "127.0.0.1 is not on the public internet." in error


def test_worker_that_dies_between_sending_and_noting_sends_the_same_again(monkeypatch):
    def die(*_args: object) -> None:
        raise SystemExit

    with receiving() as receiver:
        hook = hook_of(receiver)
        with monkeypatch.context() as dying:
            dying.setattr(sending, "note_success", die)
            with pytest.raises(SystemExit):
                turn(hook)
        # A killed process gives nothing back.
        Webhook.objects.update(busy_until=NOW + sending.TURN)
        [early] = turn(hook, timedelta(seconds=1))
        [late] = turn(hook, sending.TURN)

    assert (WAITING, DELIVERED) == (early[0], late[0])
    [first, second] = [headers["webhook-id"] for headers, _ in receiver.received]
    assert first == second


def test_one_process_at_a_time_sends_for_a_webhook():
    with receiving() as receiver:
        hook = hook_of(receiver)
        receiver.before = lambda: None
        Webhook.objects.update(busy_until=NOW + timedelta(seconds=5))

        assert [(WAITING, 0, None, "")] == turn(hook)


def test_turn_that_took_too_long_leaves_the_next_one_to_its_holder(monkeypatch):
    theirs = NOW + timedelta(minutes=1)
    hook = make_hook()

    def take_too_long(*_args: object) -> None:
        Webhook.objects.update(busy_until=theirs)

    monkeypatch.setattr(sending, "send_some", take_too_long)
    turn(hook)

    assert theirs == hook.busy_until


def test_turn_that_ended_is_free_for_the_next():
    with receiving() as receiver:
        hook = hook_of(receiver)
        turn(hook)

    assert hook.busy_until is None


def test_webhook_that_is_switched_off_is_sent_nothing():
    with receiving() as receiver:
        turn(hook_of(receiver, enabled=False))

    assert [] == receiver.received


def failing_since(past: timedelta, receiver: Receiver) -> Webhook:
    site = SeatFactory(site=SiteFactory(), user=UserFactory(email="o@example.com")).site
    viewer = UserFactory(email="v@example.com")
    SeatFactory(site=site, user=viewer, role=Role.VIEWER)
    return hook_of(receiver, site=site, failures=9, failing_since=NOW - past)


def test_webhook_that_fails_for_days_is_switched_off_and_its_owners_are_told():
    with receiving(500) as receiver:
        hook = failing_since(timedelta(days=3, seconds=1), receiver)
        turn(hook)

    [sent] = delivered()
    assert (False, ["o@example.com"]) == (hook.enabled, sent.to)
    assert f"A webhook of {hook.site.domain} is switched off at Footfall" == sent.subject
    assert [("changed", "webhook", None, "server", {"enabled": [True, False]})] == list(
        Change.objects.values_list("did", "what", "by", "means", "details")
    )
    assert "nothing was delivered for 3 days" in sent.body
    assert f"/sites/{hook.site.domain}/webhooks/{hook.pk}" in sent.body


def test_webhook_that_two_processes_give_up_is_told_of_once():
    with receiving() as receiver:
        hook = failing_since(timedelta(days=4), receiver)

    for _ in range(2):
        switched_off.switch_off(hook, "it answered that it is gone (410)")

    assert (1, 1) == (len(delivered()), Change.objects.count())


def test_webhook_that_fails_for_less_is_kept():
    with receiving(500) as receiver:
        hook = failing_since(timedelta(days=2, hours=23), receiver)
        turn(hook)

    assert (True, []) == (hook.enabled, delivered())


def test_receiver_that_says_it_is_gone_is_believed_at_once():
    with receiving(410) as receiver:
        hook = hook_of(receiver)
        turn(hook)

    assert not hook.enabled


def test_beginning_of_the_answer_is_kept_as_text():
    with receiving(500) as receiver:
        hook = hook_of(receiver)
        turn(hook)

    assert "<b>thanks</b>" == hook.deliveries.get().answer
