"""The disk that a million events take, in each place where they lie.

    python -m tests.bench.bench_disk [hits] [pageviews]

Stores that many hits (100,000 unless said) as they wait, with their ids in the ledger, then drains
them; then fills a warehouse with that many pageviews (1,000,000 unless said) of one site and a
million of a hundred others. On SQLite; what is free again inside its file does not count.
"""

import os
import sys
import tempfile
import uuid

import django

MB = 1_000_000
CHUNK = 5000


def used() -> int:
    """Bytes of the database that hold something."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        ]
    return (found[0] - found[1]) * found[2]


def note_ids(site_id: int, hits: int) -> None:
    from django.utils import timezone

    from tracking.models import LedgerEntry

    for first in range(0, hits, CHUNK):
        LedgerEntry.objects.bulk_create(
            LedgerEntry(site_id=site_id, hit_id=str(uuid.uuid4()), accepted_at=timezone.now())
            for _ in range(first, min(first + CHUNK, hits))
        )


def main(hits: int, pageviews: int) -> None:
    from django.core.management import call_command

    from tests.bench import bench_enrich, generated
    from tracking.enrich import draining
    from tracking.models import Event, EventLog, SealedSegment, SealedShare, Site
    from tracking.site_creation import create_site

    call_command("migrate", verbosity=0)
    site = create_site("example.com")
    empty = used()
    bench_enrich.fill(site.pk, hits)
    waiting = used()
    print_size("hits that wait", waiting - empty, hits)
    note_ids(site.pk, hits)
    print_size("their ids in the ledger, for seven days", used() - waiting, hits)
    with_ids = used()
    draining.drain()
    print_size("events that are not sealed", used() - (with_ids - (waiting - empty)), hits)
    for model in (Event, EventLog, Site):
        model.objects.all().delete()
    generated.fill(pageviews)
    sealed = SealedSegment.objects.filter(removed_at=None)
    size = sum(sealed.values_list("size", flat=True))
    shares = SealedShare.objects.filter(segment__in=sealed)
    print_size("sealed events", size, sum(shares.values_list("events", flat=True)))


def print_size(what: str, size: int, rows: int) -> None:
    print(f"{size / rows * 1_000_000 / MB:8,.0f} MB a million  {what} ({rows:,})", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTFALL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ.setdefault("FOOTFALL_SECRET_KEY", "bench")
        django.setup()
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 100_000,
            int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000,
        )
