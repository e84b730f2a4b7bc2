"""What Huey runs for the server itself, and who is told when a task fails for good."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import structlog
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, signal
from huey.signals import SIGNAL_ERROR

from proj import request_id  # noqa: F401
from proj.metrics import tasks  # noqa: F401
from realtime.mail.admins import tell_admins
from tracking.models import TaskRun
from tracking.reports import report

logger = structlog.get_logger(__name__)

# While the database is away, tasks fail each minute.
TOLD_EVERY = timedelta(hours=1)


class Told:
    """What the admins were told of by this process, the only one that runs tasks."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.since: dict[tuple[str, str], datetime] = {}
        self.unsaid: Counter[tuple[str, str]] = Counter()

    def count(self, failure: tuple[str, str], now: datetime) -> int | None:
        """How often it went unsaid before, if it is to be told now; else None."""
        with self.lock:
            last = self.since.get(failure)
            if last and last <= now < last + TOLD_EVERY:
                self.unsaid[failure] += 1
                return None
            self.since[failure] = now
            return self.unsaid.pop(failure, 0)


told = Told()


@db_periodic_task(crontab(hour="3", minute="20"), retries=3, retry_delay=60, retry_backoff=2)
def clear_expired_sessions() -> None:
    """Once a day: remove sessions that have expired, and what was known of their browsers."""
    now = datetime.now(UTC)
    with TaskRun.claimed("clear-sessions", now, since=now - timedelta(hours=20)) as mine:
        if mine:
            call_command("clearsessions")
            living = Session.objects.values("session_key")
            UserSession.objects.exclude(session_key__in=living).delete()


@signal(SIGNAL_ERROR)
def report_failure(_signal: str, task: Any, error: Exception | None = None) -> None:
    """Tell Sentry and the admins of a task whose retries are used up; until then only the log."""
    logger.warning(
        "task_failed", task=task.name, error=type(error).__name__, retries_left=task.retries
    )
    if task.retries:
        return
    logger.error("task_failed_for_good", task=task.name, error=type(error).__name__)
    if error is not None:
        report(error)
    failure = (task.name, type(error).__name__)
    if (count := told.count(failure, datetime.now(UTC))) is not None:
        tell_admins("task_failed", {"task": failure[0], "error": failure[1], "before": count})
