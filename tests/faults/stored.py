"""What a server has stored, read by a process of its own with that server's environment.

    python -m tests.faults.stored DOMAIN

waits until no hit waits to be an event, and prints what there is of a site as JSON: on SQLite and
on PostgreSQL alike, and the figures as the report asks for them.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from datetime import date, datetime

from tests.faults.load import DOMAIN
from tests.server import ROOT

METRICS = (
    *("pageviews", "events", "visitors", "visits"),
    *("bounce_rate", "views_per_visit", "visit_duration"),
)

# Longer than a drain that was lost waits to be asked for again, which is a minute.
PATIENCE = 120

Figures = dict[str, float | None]


@dataclass
class Event:
    id: int
    visit: int
    visitor: int
    time: datetime  # UTC, without a zone
    name: str
    path: str


@dataclass
class Stored:
    """The events in the order of their ids, and the report's figures."""

    events: list[Event]
    figures: Figures
    salts: list[date]  # the days that have one


def drained(environment: dict[str, str], domain: str = DOMAIN) -> Stored:
    """What is stored of a site once no hit waits; AssertionError where hits wait for ever."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.faults.stored", domain],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert (0, 0) == (found["waiting"], found["quarantined"])
    events = [Event(*row[:3], datetime.fromisoformat(row[3]), *row[4:]) for row in found["events"]]
    salts = [date.fromisoformat(day) for day in found["salts"]]
    return Stored(events, found["figures"], salts)


def wait_until_drained() -> None:
    from tracking.models import InboxHit

    deadline = time.monotonic() + PATIENCE
    while InboxHit.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def found_here(domain: str) -> dict[str, object]:
    from tracking import warehouse
    from tracking.models import InboxHit, QuarantinedHit, Salt, Site
    from tracking.warehouse.engine import engine

    site = Site.objects.get(domain=domain)
    # As questions read them: some may have been sealed.
    reading = engine().mirror.read(site.pk)
    events = reading.tables(datetime.min, datetime.max).events
    columns = ", ".join(field.name for field in fields(Event))
    statement = f"SELECT {columns} FROM {events} WHERE site_id = $1 ORDER BY id"  # noqa: S608
    query = warehouse.Query.build(site, METRICS, date_range="all")
    [total] = warehouse.run(query).rows
    return {
        "events": reading.cursor.execute(statement, [site.pk]).fetchall(),
        "figures": dict(zip(METRICS, total.metrics, strict=True)),
        "waiting": InboxHit.objects.count(),
        "quarantined": QuarantinedHit.objects.count(),
        "salts": list(Salt.objects.values_list("day", flat=True)),
    }


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    wait_until_drained()
    print(json.dumps(found_here(sys.argv[1]), default=str))
