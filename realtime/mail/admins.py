"""Telling the admins of a failure, beside whatever goes on, and past what may have failed.

What failed may be the database, in which other mails wait: these go straight to the mail server,
and wait there only when that is what fails.
"""

from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections

from realtime.mail import outbox
from realtime.mail.letter import Letter, write

logger = structlog.get_logger(__name__)

office = ThreadPoolExecutor(max_workers=1, thread_name_prefix="admins")


def tell_admins(name: str, context: dict[str, Any]) -> None:
    """Send the mail of that template to each admin soon, where the server has mail."""
    if not settings.SENDS_MAIL:
        return
    for _, address in settings.ADMINS:
        office.submit(tell, name, write(name, address, context))


def tell(name: str, letter: Letter) -> None:
    try:
        letter.email().send()
    except (OSError, SMTPException) as error:
        logger.warning("mail_not_sent", mail=name, error=type(error).__name__)
        keep(name, letter)


def keep(name: str, letter: Letter) -> None:
    try:
        outbox.keep(name, letter)
    except Exception as error:
        logger.error("admins_not_told", mail=name, error=type(error).__name__)
    finally:
        close_old_connections()


def wait_until_told() -> None:
    """Return when everything that was to be told before has been tried."""
    office.submit(int).result()
