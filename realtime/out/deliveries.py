"""What webhooks are to be told, as rows: made from storage, so that nobody who dies loses one."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db.models import QuerySet

from realtime.out import events, slack
from realtime.out.events import Chunk, LiveEvent, Position
from realtime.out.models import TEST, Crossing, Delivery, Webhook
from tracking.turns import write_transaction

logger = structlog.get_logger(__name__)

# Until some are sent no more are made; the events wait in storage.
MOST_WAITING = 1000
# The cursor moves past what tells nothing so often, and not with each event of other kinds.
RESTS = timedelta(minutes=1)
# Nothing is sealed sooner after it happened.
SURE = timedelta(minutes=10)
KEPT = timedelta(days=30)
# Of one webhook, besides those that wait.
MOST_KEPT = 10_000
AT_ONCE = 1000


def make(hook: Webhook, upto: Position, now: datetime) -> None:
    """Make deliveries of what happened since the webhook's cursor, up to the end of the feed."""
    if is_lost(hook, upto, now):
        return skip(hook, upto, now)
    waiting = hook.deliveries.filter(state=Delivery.State.WAITING).count()
    while waiting < MOST_WAITING and (position := Position.parse(hook.cursor)) < upto:
        chunk = events.after(hook.site, position, upto, hook.kinds)
        nothing = not chunk.events and chunk.position == upto
        if nothing and now - hook.moved_at < RESTS:
            return
        if not advance(hook, chunk, now):
            return
        waiting += len(chunk.events)


def is_lost(hook: Webhook, upto: Position, now: datetime) -> bool:
    """Whether the cursor is; one that moved lately can only lie above the highest id."""
    position = Position.parse(hook.cursor)
    if now - hook.moved_at < SURE and position <= upto:
        return False
    return events.is_lost(hook.site_id, position)


def advance(hook: Webhook, chunk: Chunk, now: datetime) -> bool:
    """Store deliveries and move the cursor, together; False where another process has done it."""
    before, after = hook.cursor, str(chunk.position)
    with write_transaction():
        # An update that finds its row is atomic: of two processes exactly one gets the 1.
        mine = Webhook.objects.filter(pk=hook.pk, cursor=before)
        if not mine.update(cursor=after, moved_at=now):
            return False
        Delivery.objects.bulk_create(delivery(hook, event, now) for event in chunk.events)
    hook.cursor, hook.moved_at = after, now
    return True


def delivery(hook: Webhook, event: LiveEvent, now: datetime) -> Delivery:
    return Delivery(
        webhook=hook,
        event_id=str(event.position),
        kind=event.kind,
        payload=slack.text(event.site, event.fields) if is_slack(hook) else event.text,
        created_at=now,
        next_at=now,
    )


def is_slack(hook: Webhook) -> bool:
    return hook.form == Webhook.Form.SLACK


def make_test(hook: Webhook, now: datetime) -> Delivery:
    """A delivery of nothing that happened, by which an owner sees whether the receiver works."""
    event_id = f"test-{uuid4().hex[:12]}"
    told = {"id": event_id, "type": TEST, "site": hook.site.domain, "time": events.written(now)}
    return Delivery.objects.create(
        webhook=hook,
        event_id=event_id,
        kind=TEST,
        payload=slack.test(hook.site.domain) if is_slack(hook) else json.dumps(told),
        created_at=now,
        next_at=now,
    )


def skip(hook: Webhook, upto: Position, now: datetime) -> None:
    """Go on from now: what lies between may be gone, or is too much."""
    logger.warning("webhook_events_skipped", webhook_id=hook.pk, site_id=hook.site_id)
    mine = Webhook.objects.filter(pk=hook.pk, cursor=hook.cursor)
    mine.update(cursor=str(upto), moved_at=now, skipped_at=now)


def replay(deliveries: "QuerySet[Delivery]", now: datetime) -> int:
    """Send again, from the beginning, what was delivered or given up; returns how many."""
    again = deliveries.exclude(state=Delivery.State.WAITING)
    return again.update(
        state=Delivery.State.WAITING, attempts=0, next_at=now, replayed_at=now, error=""
    )


def forget(now: datetime) -> None:
    """Remove what is too old, and of each webhook what is too much."""
    remove(Delivery.objects.filter(created_at__lt=now - KEPT))
    Crossing.objects.filter(time__lt=now - KEPT).delete()
    for hook in Webhook.objects.all():
        done = hook.deliveries.exclude(state=Delivery.State.WAITING).order_by("-pk")
        oldest = done.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1].first()
        if oldest is not None:
            remove(done.filter(pk__lte=oldest))


def remove(deliveries: "QuerySet[Delivery]") -> None:
    """In parts, because accepting waits while a transaction writes."""
    while True:
        some = list(deliveries.order_by().values_list("pk", flat=True)[:AT_ONCE])
        if not some:
            return
        Delivery.objects.filter(pk__in=some).delete()
