"""What Huey runs for reports by mail."""

from datetime import UTC, datetime, timedelta

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from realtime.subscriptions.models import Subscription
from tracking.models import TaskRun


@db_periodic_task(crontab(minute="*/5"))
def send_reports() -> None:
    """Send the reports that are due; nothing where nobody gets any."""
    now = datetime.now(UTC)
    if not Subscription.objects.exists():
        return
    if TaskRun.claim("send-reports", now, since=now - timedelta(minutes=4)):
        # Not at the top: it needs the query engine, which no other process has use for.
        from dashboard.mailed.sending import send_due

        send_due(now)
