"""How fast an access log is imported, and in how much memory.

    python -m tests.bench.bench_import_logs [lines]

Writes a log of that many lines (1,000,000 unless said) in the combined format over 30 days: one in
four requests is for a page, of the others most are for files, and some are of bots. Imports it into
a database of its own, and prints the rate and the peak memory of the process.
"""

import os
import random
import resource
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from time import perf_counter

import django

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
)


def agents() -> list[str]:
    """As many as a site of some size sees."""
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/{}.0.0.0 Safari/537.36"
    )
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
    return [each.format(version) for each in (chrome, firefox) for version in range(90, 130)]


def write(path: Path, lines: int) -> None:
    choice = random.Random(1)
    step, people = timedelta(days=DAYS) / lines, agents()
    addresses = [str(IPv4Address(choice.randrange(2**24, 2**32))) for _ in range(lines // 20 + 1)]
    with path.open("w") as file:
        for number in range(lines):
            time = f"{FIRST + step * number:%d/%b/%Y:%H:%M:%S} +0000"
            kind = choice.random()
            page = f"/page/{int(choice.paretovariate(0.6)) % 2000}"
            target = page if kind < 0.25 else f"/static/{choice.randrange(300)}.css"
            agent = choice.choice(BOTS if choice.random() < 0.1 else people)
            referrer = choice.choice(("-", "https://www.google.com/", "https://example.com/"))
            file.write(
                f'{choice.choice(addresses)} - - [{time}] "GET {target} HTTP/1.1" 200 5120'
                f' "{referrer}" "{agent}"\n'
            )


def main(folder: Path, lines: int) -> None:
    from django.core.management import call_command

    from tracking.models import Import
    from tracking.site_creation import create_site
    from tracking.transfer.importing import run

    call_command("migrate", verbosity=0)
    path = folder / "access.log"
    write(path, lines)
    print(f"{lines:,} lines of {DAYS} days, {path.stat().st_size / 2**20:,.0f} MiB")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    job = Import.objects.create(site=create_site("example.com"), file_name=path.name)
    start = perf_counter()
    run(job, path, "access-log")
    rate = lines / (perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rate:10,.0f} lines/s  ({job.events:,} events in {job.visits:,} visits)")
    for reason, count in job.left_out:
        print(f"{count:10,}  {reason}")
    print(f"{peak:10,.0f} MiB  peak memory of the process ({before:,.0f} MiB before)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTFALL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ["FOOTFALL_LOG_LEVEL"] = "WARNING"
        django.setup()
        main(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
