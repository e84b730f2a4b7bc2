"""How many waiting hits a second enrichment turns into events, on one core, nothing else running.

    python -m tests.bench.bench_enrich [hits]

Fills an inbox with hits (100,000 unless said) of visitors with three pageviews each, then drains
it, on SQLite and on PostgreSQL. Prints the rate by the clock, and how much of the time this process
computed.
"""

import os
import random
import subprocess
import sys
import tempfile
import time

from msgspec import Struct
from msgspec.json import encode

from tests.on_postgres import postgres

PAGES = [f"https://example.com/page/{number}" for number in range(200)]
REFERRERS = ["", "", "https://www.google.com/", "https://news.ycombinator.com/item?id=1"]
CAMPAIGNS = ["", "", "", "?utm_source=newsletter&utm_medium=email&utm_campaign=may"]
AGENTS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/{major}.0.0.0 Safari/537.36"
    for major in range(100, 142)
]
CHUNK = 5000


def main(hits: int) -> None:
    print("database     events/s   of it computing here")
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as data:
        measure("SQLite", hits, {"FOOTFALL_DATA": data})
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as data, postgres() as address:
        measure("PostgreSQL", hits, {"FOOTFALL_DATA": data, "DATABASE_URL": address})


def measure(name: str, hits: int, environment: dict[str, str]) -> None:
    # A process each: Django's settings are read once.
    subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_enrich", "--drain", name, str(hits)],
        env={**os.environ, "FOOTFALL_SECRET_KEY": "bench", **environment},
        check=True,
    )


def drain(name: str, hits: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")
    django.setup()

    from django.core.management import call_command

    from tracking.enrich import draining
    from tracking.site_creation import create_site

    call_command("migrate", verbosity=0)
    site = create_site("example.com")
    fill(site.pk, hits)
    started, computed = time.perf_counter(), time.process_time()
    taken = draining.drain()
    seconds, computing = time.perf_counter() - started, time.process_time() - computed
    assert hits == taken, taken
    print(f"{name:10} {hits / seconds:10.0f} {computing / seconds:10.0%}", flush=True)


def fill(site_id: int, hits: int) -> None:
    from tracking.models import InboxHit

    choice = random.Random(1)
    now = int(time.time() * 1000)
    for first in range(0, hits, CHUNK):
        rows = [
            InboxHit(site_id=site_id, payload=encode(waiting(choice, number, now)).decode())
            for number in range(first, min(first + CHUNK, hits))
        ]
        InboxHit.objects.bulk_create(rows)


def waiting(choice: random.Random, number: int, now: int) -> Struct:
    from tracking.ingest.hit import WaitingHit

    # The three pageviews of a visitor come 1,000 hits apart, as on a site with many at once.
    visitor = hash((number % 1000, number // 3000)) >> 1
    return WaitingHit(
        time_ms=now + number // 10,
        visitor=visitor,
        visitor_before=visitor + 1,
        name="pageview",
        url=choice.choice(PAGES) + choice.choice(CAMPAIGNS),
        referrer=choice.choice(REFERRERS),
        country="DE",
        region="Saxony",
        city="Leipzig",
        user_agent=choice.choice(AGENTS),
        language="de-DE,de;q=0.9",
        screen_width=1920,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--drain"]:
        drain(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
