"""How fast reports are that take in totals of days.

    python -m tests.bench.bench_totals [pages]

Writes an export of Plausible's of five years, each day with so many pages (2,000 unless said) and
half as many sources, imports it into a database of its own, and prints the rate and how long
questions about all five years take. The target is a tenth of a second each.
"""

import os
import random
import sys
import tempfile
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import django

FIRST, DAYS = date(2020, 1, 1), 5 * 365
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TARGET = 0.1
RUNS = 5
QUESTIONS = {
    "headline": {"metrics": ["visitors", "visits", "pageviews", "bounce_rate"]},
    "chart by months": {"metrics": ["visitors"], "dimensions": ["time:month"]},
    "sources": {"metrics": ["visitors"], "dimensions": ["visit:source"], "limit": 8},
    "pages": {"metrics": ["visitors"], "dimensions": ["event:page"], "limit": 8},
    "pages, whole list": {
        "metrics": ["visitors", "pageviews", "scroll_depth", "time_on_page"],
        "dimensions": ["event:page"],
        "limit": 100,
    },
    "one page": {
        "metrics": ["visitors", "pageviews"],
        "filters": [["is", "event:page", ["/page/7"]]],
    },
}


def write(path: Path, pages: int) -> int:
    """Returns how many lines it has."""
    from tests.tracking.transfer.formats.plausible_files import file_name, table

    choice = random.Random(1)
    span = f"{FIRST:%Y%m%d}_{FIRST + timedelta(days=DAYS - 1):%Y%m%d}"
    dates = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
    tables = {
        "visitors": [(day, 9000, 20000, 4000, 9500, 900000) for day in dates],
        "pages": [
            (day, "www.example.com", f"/page/{page}", 12, 10, 15, 500, 9, 600, 9)
            for day in dates
            for page in choice.sample(range(pages * 5), pages)
        ],
        "sources": [
            (day, f"site{page}.example", "", "", "", "", "", "", 15, 10, 12, 600, 5)
            for day in dates
            for page in choice.sample(range(pages * 2), pages // 2)
        ],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in tables.items():
            file.writestr(file_name(name, span), table(name, rows))
    return sum(map(len, tables.values()))


def main(folder: Path, pages: int) -> None:
    from django.core.management import call_command

    from tracking.models import Import, TotalsChunk
    from tracking.site_creation import create_site
    from tracking.transfer.importing import run
    from tracking.warehouse import Query
    from tracking.warehouse import run as ask
    from tracking.warehouse.imported.kept import folder as kept

    call_command("migrate", verbosity=0)
    path = folder / "export.zip"
    lines = write(path, pages)
    site = create_site("example.com")
    began = perf_counter()
    run(Import.objects.create(site=site, file_name=path.name), path, "plausible")
    took = perf_counter() - began
    print(f"{lines:,} lines imported in {took:,.1f} s, {lines / took:,.0f} a second")
    whole = {"date_range": ["2020-01-01", "2025-12-31"], "imports": True, "now": NOW}
    for name, asked in QUESTIONS.items():
        times = []
        for _ in range(RUNS):
            began = perf_counter()
            ask(Query.build(site=site, **asked, **whole))
            times.append(perf_counter() - began)
        verdict = "" if median(times) <= TARGET else f"  above {TARGET:.1f} s"
        print(f"{name:20} {median(times) * 1000:7,.0f} ms{verdict}")
    size = sum(file.stat().st_size for file in kept().glob("*.parquet"))
    print(f"{size / 2**20:,.1f} MiB kept, in {TotalsChunk.objects.count():,} pieces")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {
            "FOOTFALL_DATA": name,
            "FOOTFALL_SECRET_KEY": "bench",
            "DJANGO_SETTINGS_MODULE": "proj.settings",
        }
        django.setup()
        main(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
