from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracking.warehouse.clickhouse.moving import CannotMove, move


class Command(BaseCommand):
    help = (
        "Copy sealed events from files to ClickHouse. A server that uses the files may run"
        " meanwhile; run the command once more when it has stopped."
    )

    def handle(self, **_options: Any) -> None:
        if not settings.WAREHOUSE:
            raise CommandError("Set FOOTFALL_WAREHOUSE to the address of ClickHouse first.")
        try:
            for done in move():
                self.stdout.write(
                    f"{done.segments} of {done.of_segments} segments,"
                    f" {done.events} of {done.of_events} events"
                )
        except CannotMove as error:
            raise CommandError(str(error)) from None
        self.stdout.write("All sealed events are in ClickHouse.")
