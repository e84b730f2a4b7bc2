"""The thread that sees to webhooks and thresholds, in each process that runs the queue's tasks.

Huey's workers are few and drain the inbox; calls that may take seconds have threads of their own.
Woken after a commit that stored events, it has nothing to remember: what is to be done stands in
storage. Where there are no webhooks and no thresholds, it does nothing.
"""

import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.db import close_old_connections
from django.db.models import Min
from django.utils import timezone

from realtime.out import deliveries, sending, thresholds
from realtime.out.models import Delivery, Threshold, Webhook

logger = structlog.get_logger(__name__)

# What is stored in this time is looked at together.
GATHER_SECONDS = 0.2
# For how long it is believed that nobody wants this, on a server that is busy with other things.
IDLE_SECONDS = 5.0
RETRY_SECONDS = 5.0
MOST_AT_ONCE = 16


class Dispatcher:
    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._sending: set[int] = set()

    def start(self) -> None:
        """Begin, unless it has."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="webhooks", daemon=True)
                self._thread.start()

    def wake(self, **_kwargs: object) -> None:
        """Look soon whether there is something to do; in a process without the thread, nothing."""
        self._wanted.set()

    def run(self) -> None:
        pause: float | None = 0.0
        while True:
            self._wanted.wait(pause)
            self._wanted.clear()
            pause, rest = self.work()
            time.sleep(rest)

    def work(self) -> tuple[float | None, float]:
        """Do what is due.

        For how many seconds to wait then unless woken, None for ever, and for how many seconds all
        the same.
        """
        try:
            if not has_work():
                return None, IDLE_SECONDS
            now = timezone.now()
            thresholds.check_all(now)
            for hook in Webhook.objects.filter(enabled=True).select_related("site"):
                deliveries.make(hook, now)
            self.send(now)
            return seconds_until_due(timezone.now()), GATHER_SECONDS
        except Exception as error:
            logger.warning("webhooks_failed", error=repr(error))
            return RETRY_SECONDS, GATHER_SECONDS
        finally:
            close_old_connections()

    def send(self, now: datetime) -> None:
        """Give a turn, in a thread of its own, to each webhook that has something to send."""
        hooks = sending.ready(now).filter(pk__in=sending.due(now).values("webhook"))
        for hook_id in hooks.order_by("paused_until", "pk").values_list("pk", flat=True):
            with self._lock:
                if hook_id in self._sending or len(self._sending) >= MOST_AT_ONCE:
                    continue
                self._sending.add(hook_id)
            name = f"webhook-{hook_id}"
            threading.Thread(target=self.turn, args=[hook_id], name=name, daemon=True).start()

    def turn(self, hook_id: int) -> None:
        try:
            sending.turn(hook_id)
        except Exception as error:
            logger.warning("webhook_turn_failed", webhook_id=hook_id, error=repr(error))
        finally:
            with self._lock:
                self._sending.discard(hook_id)
            # There may be more: a turn ends after a while.
            self._wanted.set()
            with suppress(Exception):
                close_old_connections()


def has_work() -> bool:
    return Webhook.objects.filter(enabled=True).exists() or Threshold.objects.exists()


def seconds_until_due(now: datetime) -> float | None:
    """Until a delivery may be sent or a threshold is to be looked at; None without either."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, webhook__enabled=True)
    until = ("webhook__paused_until", "webhook__busy_until")
    times = [
        max(time for time in row[1:] if time)
        for row in waiting.values_list("webhook", *until).annotate(Min("next_at"))
    ]
    soonest = [max((time - now) / timedelta(seconds=1), 0) for time in times]
    if Threshold.objects.exists():
        soonest.append(thresholds.EVERY / timedelta(seconds=1))
    return min(soonest, default=None)


dispatcher = Dispatcher()
