"""What Huey runs for live events that go out, and for mail."""

from datetime import UTC, datetime, timedelta

from huey import crontab
from huey.contrib.djhuey import HUEY, db_periodic_task, task

from realtime.mail.asking import post  # noqa: F401
from realtime.mail.postman import postman
from realtime.out import deliveries, thresholds
from realtime.out.dispatch import dispatcher
from tracking.models import TaskRun


@HUEY.on_startup()
def start_threads() -> None:
    """In each process that runs tasks, and in no other."""
    dispatcher.start()
    postman.start()


@db_periodic_task(crontab(minute="*"))
def post_net() -> None:
    """Catch mail whose sender was killed, or which nobody could ask for."""
    postman.wake()


@task()
def dispatch() -> None:
    """Look whether there is something to send: asked by a page, which runs elsewhere."""
    dispatcher.wake()


@db_periodic_task(crontab(minute="*"))
def dispatch_net() -> None:
    """Catch what was lost with a killed process."""
    dispatcher.wake()


@db_periodic_task(crontab(minute="*"))
def look_at_alerts() -> None:
    """Look at the alerts that ask the warehouse; nothing where there are none."""
    if thresholds.check_all(datetime.now(UTC), thresholds.SLOW):
        dispatcher.wake()


@db_periodic_task(crontab(minute="30"), retries=3, retry_delay=10, retry_backoff=2)
def forget_deliveries() -> None:
    """Each hour: remove old entries of the webhooks' logs and of the history of alerts."""
    now = datetime.now(UTC)
    with TaskRun.claimed("forget-deliveries", now, since=now - timedelta(minutes=50)) as mine:
        if mine:
            deliveries.forget(now)
            thresholds.forget(now)
