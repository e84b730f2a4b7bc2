"""Processes for the tests with kills: one stores visits, one seals them, some ask meanwhile.

    python -m tests.tracking.warehouse.sealing.roles store|seal|ask|move|check

Each visit has two pageviews, stored together; a few have a third, which comes late. `move` imports
files of FILE visits into a site of its own and erases ERASED visitors of one now and then, `check`
asks about that site.
"""

import json
import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"

import django

django.setup()

from django.db.models import F  # noqa: E402

from tracking.enrich import log, visits  # noqa: E402
from tracking.enrich.event import EnrichedEvent  # noqa: E402
from tracking.models import EventLog, Import, RefusalCount, Site, Team  # noqa: E402
from tracking.transfer import importing  # noqa: E402
from tracking.transfer.errors import ImportProblem  # noqa: E402
from tracking.turns import write_transaction  # noqa: E402
from tracking.warehouse import Query, run  # noqa: E402
from tracking.warehouse import visits as visits_of  # noqa: E402
from tracking.warehouse.sealing import seal as sealing  # noqa: E402
from tracking.warehouse.sealing import unlink  # noqa: E402
from tracking.warehouse.sealing.erase import erase_visitor  # noqa: E402
from tracking.warehouse.sealing.turn import Busy  # noqa: E402
from tracking.warehouse.sealing.upkeep import upkeep  # noqa: E402

DAY = datetime.now(UTC) - timedelta(days=1)
RUN = timedelta(days=3)
FILE, ERASED = 50, 10

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
        with suppress(Busy):
            upkeep(datetime.now(UTC) + RUN * number)
        # Others want the turn too.
        time.sleep(0.02)


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


def journal() -> Site:
    """The site into which events are moved; whichever process asks first makes it."""
    team = Team.objects.create(name="journal")
    return Site.objects.get_or_create(domain="journal.example", defaults={"team": team})[0]


def move() -> None:
    """Files one after the other; one whose import was killed comes again."""
    site = journal()
    importing.LOOK_AGAIN = 0.001
    while not stopped:
        number = Import.objects.filter(site=site, state=Import.State.DONE).count()
        with NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines(number))
            file.flush()
            job = Import.objects.create(site=site, file_name=file.name)
            try:
                importing.run(job, Path(file.name), "ndjson")
            except ImportProblem:
                job.delete()
        if number % 2:
            erase(site, f"/{number}")


def lines(number: int) -> list[dict[str, str]]:
    """A file's visits on one day, each of two pages and of another visitor."""
    start = DAY.replace(hour=12) - timedelta(days=number % 5)
    return [
        {
            "timestamp": (start + timedelta(minutes=minute)).isoformat(),
            "visitor": f"{number}-{visit}",
            "name": "pageview",
            "url": f"https://journal.example/{number}",
        }
        for visit in range(FILE)
        for minute in range(2)
    ]


def erase(site: Site, page: str) -> None:
    """Erase visitors of one file, whose rows lie in one segment."""
    query = Query.build(
        site, ["visits"], filters=[["is", "event:page", [page]]], date_range="all", limit=ERASED
    )
    found = [each.visitor for each in visits_of(query)]
    while found and not stopped:
        try:
            return erase_visitor(site.pk, found)
        except Busy:
            time.sleep(0.01)


def check() -> None:
    """As `ask`, of the site whose visits come and go in files."""
    site = journal()
    answers = 0
    while not stopped:
        query = Query.build(site, ["visitors", "visits", "pageviews"], date_range="all")
        visitors, visits_, pageviews = run(query).rows[0].metrics
        if not (visitors == visits_ == pageviews / 2 and visits_ % ERASED == 0):
            sys.exit(f"wrong: {visitors} visitors, {visits_} visits, {pageviews} pageviews")
        answers += bool(visits_)
    print(answers)


def stored() -> tuple[int, int]:
    """How many visits and events there are, in this order so that later is never less."""
    visits_ = RefusalCount.objects.values_list("count", flat=True).first() or 0
    return visits_, EventLog.objects.values_list("last_id", flat=True).first() or 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    {"store": store, "seal": seal, "ask": ask, "move": move, "check": check}[sys.argv[1]]()
