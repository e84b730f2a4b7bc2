"""Sending deliveries: one webhook after another's turn, each held up by nobody but itself."""

import random
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from realtime.out import signing, switched_off
from realtime.out.models import TEST, Delivery, Webhook
from tracking import outgoing
from tracking.outgoing import Answer, OutgoingError

logger = structlog.get_logger(__name__)

# After the first attempt, and each of those that follow; about a day together.
PAUSES = [
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)),
    *(timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
    timedelta(hours=12),
]
MOST_ATTEMPTS = len(PAUSES) + 1
# What waited longer, because its webhook failed all the time, is given up.
LONGEST_WAIT = timedelta(hours=26)
# A webhook that fails is tried with one delivery after a pause, not with all that wait.
LONGEST_PAUSE = timedelta(minutes=5)
# From when on a webhook that only fails is switched off.
FAILING_TOO_LONG = timedelta(days=3)
# A turn ends after so long, and is another's when its process has died.
TURN_SECONDS = 5.0
TURN = timedelta(seconds=40)
AT_ONCE = 100
GONE = 410
# What an attempt changes of a delivery.
TRIED = ["state", "attempts", "next_at", "tried_at", "took_ms", "status", "answer", "error"]


def ready(now: datetime) -> "QuerySet[Webhook]":
    """The webhooks that may send now, whether they have something to send or not."""
    may = Q(paused_until=None) | Q(paused_until__lte=now)
    free = Q(busy_until=None) | Q(busy_until__lte=now)
    return Webhook.objects.filter(may, free, enabled=True)


def due(now: datetime) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now)


def turn(hook_id: int) -> None:
    """Send what a webhook has to send, for a while, and end with the first that fails.

    A process that dies in its turn leaves the delivery as it was: it is sent again, with the same
    id, when the turn is over.
    """
    now = timezone.now()
    end = now + TURN
    if not ready(now).filter(pk=hook_id).update(busy_until=end):
        return
    try:
        hook = Webhook.objects.select_related("site").get(pk=hook_id)
        send_some(hook, monotonic() + TURN_SECONDS)
    finally:
        # Another process has the turn by now where this one took too long.
        Webhook.objects.filter(pk=hook_id, busy_until=end).update(busy_until=None)


def send_some(hook: Webhook, until: float) -> None:
    # Somebody waits for a test.
    tests_first = Case(When(kind=TEST, then=0), default=1)
    waiting = due(timezone.now()).filter(webhook=hook).order_by(tests_first, "pk")
    # As a list: a cursor that is open while receivers take their time would hold up SQLite.
    for delivery in list(waiting[:AT_ONCE]):
        if monotonic() > until or not send(hook, delivery):
            return


def send(hook: Webhook, delivery: Delivery) -> bool:
    """Make an attempt and note how it went; whether it was delivered."""
    started = monotonic()
    now = timezone.now()
    try:
        answer = attempt(hook, delivery, now)
        error = "" if 200 <= answer.status < 300 else f"Answered {answer.status}."
    except OutgoingError as failed:
        answer, error = Answer(0, ""), str(failed)
    delivery.attempts += 1
    delivery.tried_at = now
    delivery.took_ms = round((monotonic() - started) * 1000)
    delivery.status = answer.status or None
    delivery.answer = answer.body
    delivery.error = error
    if error:
        note_failure(hook, delivery, timezone.now())
    else:
        note_success(hook, delivery)
    return not error


def attempt(hook: Webhook, delivery: Delivery, now: datetime) -> Answer:
    body = delivery.payload.encode()
    signed = signing.headers(hook.secrets(now), delivery.message_id, now, body)
    plain = {"Content-Type": "application/json", "User-Agent": "Footfall"}
    return outgoing.post(hook.url, body, plain | signed)


def note_success(hook: Webhook, delivery: Delivery) -> None:
    delivery.state = Delivery.State.DELIVERED
    delivery.save(update_fields=TRIED)
    if hook.failures:
        hook.failures, hook.failing_since, hook.paused_until = 0, None, None
        hook.save(update_fields=["failures", "failing_since", "paused_until"])


def note_failure(hook: Webhook, delivery: Delivery, now: datetime) -> None:
    """Try it again later, or give it up; and let the webhook wait."""
    too_old = (delivery.replayed_at or delivery.created_at) < now - LONGEST_WAIT
    if delivery.attempts >= MOST_ATTEMPTS or too_old:
        delivery.state = Delivery.State.FAILED
    else:
        delivery.next_at = now + jittered(PAUSES[delivery.attempts - 1])
    delivery.save(update_fields=TRIED)
    pause = min(PAUSES[min(hook.failures, len(PAUSES) - 1)], LONGEST_PAUSE)
    hook.failures += 1
    hook.failing_since = hook.failing_since or now
    hook.paused_until = now + jittered(pause)
    hook.save(update_fields=["failures", "failing_since", "paused_until"])
    logger.info("webhook_failed", webhook_id=hook.pk, attempts=delivery.attempts)
    if delivery.status == GONE:
        switched_off.switch_off(hook, "it answered that it is gone (410)")
    elif hook.failing_since < now - FAILING_TOO_LONG:
        switched_off.switch_off(hook, f"nothing was delivered for {FAILING_TOO_LONG.days} days")


def jittered(pause: timedelta) -> timedelta:
    """So that those who failed together do not come back together."""
    return pause * random.uniform(0.8, 1.2)
