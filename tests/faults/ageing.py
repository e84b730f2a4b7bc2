"""Makes visits old and seals them, again and again, beside a server under load.

    python -m tests.faults.ageing

with the server's environment; prints a line for each round, until it is terminated. Each round's
visits become of a day of their own, so that visits that were parted stay so.
"""

import os
import time
from datetime import timedelta

PAUSE = 1.0  # seconds


def age(days: int) -> None:
    """Let all that happened in the last hours have happened so many days before."""
    from django.db.models import F
    from django.utils import timezone

    from tracking.models import Event, EventLog, Generation
    from tracking.turns import write_transaction

    with write_transaction():
        # A drain that holds the log may be joining events to visits that are about to be old.
        EventLog.lock()
        new = Event.objects.filter(time__gt=timezone.now() - timedelta(hours=12))
        new.update(time=F("time") - timedelta(days=days))
        Generation.bump(Generation.EVENTS)


def seal() -> None:
    from contextlib import suppress

    from tracking.warehouse.sealing.turn import Busy
    from tracking.warehouse.sealing.upkeep import upkeep

    with suppress(Busy):
        upkeep()


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    import proj  # noqa: F401  # chooses the SQLite engine before Django imports one

    django.setup()
    days = 0
    while True:
        days += 1
        age(days)
        seal()
        print(days, flush=True)
        # The server and its clients are to have their turn.
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
