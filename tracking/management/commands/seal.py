from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracking.warehouse.sealing.turn import Busy
from tracking.warehouse.sealing.upkeep import upkeep


class Command(BaseCommand):
    help = "Move closed visits from the event table to the sealed files, now instead of hourly."

    def handle(self, **_options: Any) -> None:
        try:
            sealed = upkeep()
        except Busy:
            raise CommandError("Another process is sealing; run the command again later.") from None
        self.stdout.write(f"Sealed: {sealed} events")
