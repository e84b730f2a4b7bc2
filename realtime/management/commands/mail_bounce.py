"""`manage.py mail_bounce < message`: for a mail server, which pipes what came back into it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from realtime.subscriptions import bounces


class Command(BaseCommand):
    help = (
        "Read one mail from standard input. Where it says that a report could not be delivered "
        "for good (RFC 3464), pause its subscription. Other mails are passed over."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # Never a failure for what is in a mail: the mail server would send it back again.
        found = bounces.read(sys.stdin.buffer.read(bounces.LONGEST_MESSAGE))
        self.stdout.write("Paused a report." if found else "Nothing to do.")
