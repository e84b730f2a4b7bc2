"""Sending mail beside the answer, so that how long an answer takes tells nothing.

Whoever asks for a new password learns no sooner that no such account exists than that one does.
A thread, not the queue: what is mailed holds secrets, and a queue would write them to disk.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.core.mail import EmailMessage

logger = structlog.get_logger(__name__)

office = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def post(message: EmailMessage) -> None:
    """Send a message soon. A fault is logged by its kind: its text may name people."""
    office.submit(message.send).add_done_callback(note)


def note(sent: "Future[int]") -> None:
    if error := sent.exception():
        logger.error("mail_not_sent", error=type(error).__name__)


def wait_until_sent() -> None:
    """Return when everything that was posted before has been tried."""
    office.submit(int).result()
