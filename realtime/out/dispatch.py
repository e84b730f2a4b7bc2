"""The thread that sees to webhooks and thresholds, in each process that runs the queue's tasks.

Huey's workers are few and drain the inbox; calls that may take seconds have threads of their own.
Woken after a commit that stored events, it has nothing to remember: what is to be done stands in
storage. Where there are no webhooks and no thresholds, it does nothing.
"""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.db import close_old_connections
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from realtime.out import deliveries, events, sending, thresholds
from realtime.out.models import Delivery, Threshold, Webhook
from tracking.enrich.event import EnrichedEvent

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
        self._asked = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._sending: set[int] = set()
        # The sites that have news; None is all of them, where nobody knows.
        self._news: set[int] | None = None

    def start(self) -> None:
        """Begin, unless it has."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="webhooks", daemon=True)
                self._thread.start()

    def wake(self, events: Iterable[EnrichedEvent] | None = None, **_kwargs: object) -> None:
        """Look soon what there is to do: where these events were stored, or everywhere.

        In a process without the thread nothing comes of it.
        """
        self.note(None if events is None else {event.site_id for event in events})
        if events is None:
            # Somebody asks who looks at a page, or the clock: not so often as events are stored.
            self._asked.set()

    def note(self, sites: set[int] | None) -> None:
        with self._lock:
            self._news = None if sites is None or self._news is None else self._news | sites
        self._wanted.set()

    def news(self) -> set[int] | None:
        """The sites that have news, which are looked at now."""
        with self._lock:
            news, self._news = self._news, set()
        return news

    def run(self) -> None:
        pause: float | None = 0.0
        while True:
            self._wanted.wait(pause)
            self._wanted.clear()
            self._asked.clear()
            pause, rest = self.work()
            self._asked.wait(rest)

    def work(self) -> tuple[float | None, float]:
        """Do what is due.

        For how many seconds to wait then unless woken, None for ever, and for how many seconds all
        the same.
        """
        started = time.monotonic()
        try:
            if not has_work():
                return None, IDLE_SECONDS
            now = timezone.now()
            crossed = thresholds.check_all(now)
            make_deliveries(self.news(), crossed, now)
            self.send(now)
            # At least as long as it took: a busy server has other things to do.
            rest = max(GATHER_SECONDS, time.monotonic() - started)
            return seconds_until_due(timezone.now()), rest
        except Exception as error:
            logger.warning("webhooks_failed", error=repr(error))
            self.note(None)
            return RETRY_SECONDS, RETRY_SECONDS
        finally:
            close_old_connections()

    def send(self, now: datetime) -> None:
        """Give a turn, in a thread of its own, to each webhook that has something to send."""
        hooks = sending.ready(now).filter(pk__in=sending.due(now).values("webhook"))
        # Those that do not fail before those that do.
        hooks = hooks.order_by(F("paused_until").asc(nulls_first=True), "pk")
        for hook_id, site_id in hooks.values_list("pk", "site_id"):
            with self._lock:
                if hook_id in self._sending or len(self._sending) >= MOST_AT_ONCE:
                    continue
                self._sending.add(hook_id)
            name = f"webhook-{hook_id}"
            turn = threading.Thread(target=self.turn, args=[hook_id, site_id], name=name)
            turn.daemon = True
            turn.start()

    def turn(self, hook_id: int, site_id: int) -> None:
        try:
            sending.turn(hook_id)
        except Exception as error:
            logger.warning("webhook_turn_failed", webhook_id=hook_id, error=repr(error))
        finally:
            with self._lock:
                self._sending.discard(hook_id)
            # There may be more: a turn ends after a while, and no more are made than may wait.
            self.note({site_id})
            with suppress(Exception):
                close_old_connections()


def make_deliveries(news: set[int] | None, crossed: set[int], now: datetime) -> None:
    hooks = Webhook.objects.filter(enabled=True).select_related("site")
    if news is not None:
        hooks = hooks.filter(site__in=news | crossed)
    upto = events.end()
    for hook in hooks:
        deliveries.make(hook, upto, now)


def has_work() -> bool:
    return Webhook.objects.filter(enabled=True).exists() or numbers().exists()


def numbers() -> "QuerySet[Threshold]":
    """The alerts that are looked at here; the others ask more than this thread has time for."""
    return Threshold.objects.filter(watches=thresholds.NUMBER)


def seconds_until_due(now: datetime) -> float | None:
    """Until a delivery may be sent or a threshold is to be looked at; None without either."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, webhook__enabled=True)
    until = ("webhook__paused_until", "webhook__busy_until")
    times = [
        max(time for time in row[1:] if time)
        for row in waiting.values_list("webhook", *until).annotate(Min("next_at"))
    ]
    soonest = [max((time - now) / timedelta(seconds=1), 0) for time in times]
    if numbers().exists():
        soonest.append(thresholds.EVERY[thresholds.NUMBER] / timedelta(seconds=1))
    return min(soonest, default=None)


dispatcher = Dispatcher()
