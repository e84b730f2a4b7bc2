"""Processes for the test with kills: one stores visits, one seals them, some ask meanwhile.

    python -m tests.tracking.warehouse.sealing.roles store|seal|ask

Each visit has two pageviews, stored together; a few have a third, which comes late.
"""

import os
import random
import signal
import sys
import time
from datetime import UTC, date, datetime, timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"

import django

django.setup()

from django.db.models import F  # noqa: E402

from tracking.enrich import log, visits  # noqa: E402
from tracking.enrich.event import EnrichedEvent  # noqa: E402
from tracking.models import EventLog, RefusalCount, Site  # noqa: E402
from tracking.turns import write_transaction  # noqa: E402
from tracking.warehouse import Query, run  # noqa: E402
from tracking.warehouse.sealing import seal as sealing  # noqa: E402
from tracking.warehouse.sealing import unlink  # noqa: E402
from tracking.warehouse.sealing.turn import Busy  # noqa: E402
from tracking.warehouse.sealing.upkeep import upkeep  # noqa: E402

DAY = datetime.now(UTC) - timedelta(days=1)
RUN = timedelta(days=3)

stopped = False


def stop(*_: object) -> None:
    global stopped
    stopped = True


def store() -> None:
    choice = random.Random(1)
    site = Site.objects.get(domain="example.com")
    RefusalCount.objects.create(site_id=site.pk, day=date(2026, 1, 1), reason="visits")
    visitors: list[tuple[int, datetime]] = []
    while not stopped:
        made = []
        for _ in range(20):
            visitor, start = choice.getrandbits(62), DAY + timedelta(seconds=choice.random() * 7200)
            visitors.append((visitor, start))
            made += [view(site, visitor, start), view(site, visitor, start + timedelta(minutes=1))]
        opened = len(made) // 2
        if choice.random() < 0.1:
            visitor, start = choice.choice(visitors)
            made.append(view(site, visitor, start + timedelta(minutes=2)))
        with write_transaction():
            for event_id, event in enumerate(made, log.take_ids(len(made))):
                event.id = event_id
            visits.assign(made, [None] * len(made))
            log.append(made)
            RefusalCount.objects.update(count=F("count") + opened)
        time.sleep(0.02)


def view(site: Site, visitor: int, moment: datetime) -> EnrichedEvent:
    return EnrichedEvent(site_id=site.pk, visitor=visitor, time=moment, name="pageview", path="/")


def seal() -> None:
    """As if days went by between runs, so that days are settled and come back."""
    sealing.SLICE = 50
    number = 0
    while not stopped:
        number += 1
        unlink.GRACE = RUN * number + timedelta(seconds=60)
        try:
            upkeep(datetime.now(UTC) + RUN * number)
        except Busy:
            time.sleep(0.01)


def ask() -> None:
    """Ask until told to end, then say how many answers were right; end at once with a wrong one."""
    site = Site.objects.get(domain="example.com")
    answers = 0
    while not stopped:
        before = stored()
        period = [str(DAY.date() - timedelta(days=1)), str(datetime.now(UTC).date())]
        query = Query.build(site, ["visitors", "visits", "pageviews"], date_range=period)
        visitors, visits_, pageviews = run(query).rows[0].metrics
        after = stored()
        if not (before[0] <= visits_ <= after[0] and before[1] <= pageviews <= after[1]):
            sys.exit(f"wrong: {before} <= {visits_}, {pageviews} <= {after}")
        if visitors != visits_:
            sys.exit(f"wrong: {visitors} visitors of {visits_} visits")
        answers += 1
    print(answers)


def stored() -> tuple[int, int]:
    """How many visits and events there are, in this order so that later is never less."""
    visits_ = RefusalCount.objects.values_list("count", flat=True).first() or 0
    return visits_, EventLog.objects.values_list("last_id", flat=True).first() or 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    {"store": store, "seal": seal, "ask": ask}[sys.argv[1]]()
