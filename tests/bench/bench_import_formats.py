"""How fast files of GoatCounter and Umami are imported, and imported again when they are longer.

    python -m tests.bench.bench_import_formats [events]

Writes exports of that many pageviews (300,000 unless said) 17 seconds apart, imports each into a
site of its own, then one with a tenth more, and prints the rates and the process's peak memory.
"""

import csv
import gzip
import os
import random
import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import django

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=17)


def pages(events: int) -> Iterator[tuple[datetime, str, str]]:
    """Time, session and path; a session has four pageviews."""
    choice = random.Random(1)
    for number in range(events):
        page = int(choice.paretovariate(0.6)) % 2000
        yield FIRST + STEP * number, f"{number // 4:032x}", f"/page/{page}"


def write_goatcounter(path: Path, events: int) -> None:
    from tests.tracking.transfer.formats.goatcounter_files import COLUMNS, Hit

    with gzip.open(path, "wt", compresslevel=1, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for time, session, page in pages(events):
            writer.writerow(Hit(page, f"a{session}", time, f"Title of {page}").cells())


def write_umami(path: Path, events: int) -> None:
    from tests.tracking.transfer.formats.umami_files import as_pg_dump, event, session, tables

    found = [
        event(f"e{n}", created_at=f"{time:%Y-%m-%d %H:%M:%S+00}", url_path=page, **visit(name))
        for n, (time, name, page) in enumerate(pages(events))
    ]
    sessions = [session(f"s{n:032x}") for n in range(events // 4 + 1)]
    path.write_bytes(as_pg_dump(tables(found, sessions)))


def visit(name: str) -> dict[str, str]:
    return {"session_id": f"s{name}", "visit_id": f"v{name}"}


def main(folder: Path, events: int) -> None:
    from django.core.management import call_command

    from tracking.models import Import
    from tracking.site_creation import create_site
    from tracking.transfer.importing import run

    call_command("migrate", verbosity=0)
    written = {"goatcounter": write_goatcounter, "umami": write_umami}
    for kind, write in written.items():
        site = create_site(f"{kind}.example")
        for name, count in (("first", events), ("longer", events + events // 10)):
            path = folder / f"{kind}-{name}"
            write(path, count)
            job = Import.objects.create(site=site, file_name=path.name)
            start = perf_counter()
            run(job, path, kind)
            rate = count / (perf_counter() - start)
            print(f"{rate:9,.0f} lines/s  {kind}, {name}: {job.events:,} new, {job.known:,} known")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{peak:9,.0f} MiB  peak memory, with what wrote the files")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTFALL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ["FOOTFALL_LOG_LEVEL"] = "WARNING"
        django.setup()
        main(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
