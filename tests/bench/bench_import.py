"""How fast raw events are imported and exported.

    python -m tests.bench.bench_import [events]

Writes a file of that many events (1,000,000 unless said) of one site in 60 days, imports it into a
database of its own, exports it in each format, and prints the rates. The target is 100,000 events a
second in.
"""

import json
import os
import random
import resource
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import django

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 60
TARGET = 100_000


def write(path: Path, events: int) -> None:
    """In order of time; visits of one to twelve pageviews, a hundred going on at any time."""
    choice = random.Random(1)
    step = timedelta(days=DAYS) / events
    going: list[dict] = []
    with path.open("w") as file:
        for number in range(events):
            if len(going) < 100 or choice.random() < 0.2:
                going.append(_visit(choice, number))
            visit = choice.choice(going)
            page = f"/page/{int(choice.paretovariate(0.6)) % 2000}"
            line = visit | {
                "timestamp": (FIRST + step * number).isoformat(),
                "url": f"https://www.example.com{page}",
                "title": f"Page {page}",
            }
            file.write(json.dumps(line) + "\n")
            if choice.random() < 0.2:
                going.remove(visit)


def _visit(choice: random.Random, number: int) -> dict:
    return {
        "visitor": f"visitor-{number}",
        "visit": f"visit-{number}",
        "name": "pageview",
        "referrer": choice.choice(
            ("", "https://www.google.com/", f"https://blog{choice.randrange(200)}.example/post")
        ),
        "country": choice.choice(("DE", "AT", "US", "GB", "FR", "")),
        "city": f"City {choice.randrange(500)}",
        "browser": choice.choice(("Chrome", "Safari", "Firefox", "Edge")),
        "browser_version": str(choice.randrange(80, 140)),
        "os": choice.choice(("Windows", "iOS", "Android", "Mac")),
        "device": choice.choice(("Desktop", "Mobile", "Tablet")),
        "language": choice.choice(("de", "en", "fr")),
    }


def main(folder: Path, events: int) -> None:
    from django.core.management import call_command

    from tracking.models import Import, Site
    from tracking.site_creation import create_site
    from tracking.transfer.exporting import export
    from tracking.transfer.fields import FORMATS
    from tracking.transfer.importing import run

    call_command("migrate", verbosity=0)
    path = folder / "events.ndjson"
    write(path, events)
    print(f"{events:,} events in {DAYS} days, {path.stat().st_size / 2**20:,.0f} MiB")

    def measured(name: str, file: Path, kind: str) -> float:
        site = create_site(f"{name.replace(' ', '-')}.example")
        job = Import.objects.create(site=site, file_name=file.name)
        start = perf_counter()
        run(job, file, kind)
        rate = job.events / (perf_counter() - start)
        print(f"{rate:10,.0f} events/s  import, {name} ({job.events:,} events)")
        return rate

    slowest = measured("little said", path, "ndjson")
    site = Site.objects.get(domain="little-said.example")
    for kind in FORMATS:
        exported = folder / f"export.{kind}"
        start = perf_counter()
        with exported.open("wb") as to:
            count = export(site, to, kind)
        print(f"{count / (perf_counter() - start):10,.0f} events/s  export, {kind}")
        rate = measured(kind, exported, kind)
        slowest = min(slowest, rate) if kind == "ndjson" else slowest
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{peak:10,.0f} MiB  peak memory of the process")
    print("target met" if slowest >= TARGET else f"below the target of {TARGET:,} events/s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTFALL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ["FOOTFALL_LOG_LEVEL"] = "WARNING"
        django.setup()
        main(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
