"""How long funnels and journeys take over sealed files.

    python -m tests.bench.bench_behaviour [pageviews] [folder]

Asks a site of that many pageviews (10,000,000 unless said) in 60 days about 30 of them, as
`tests.bench.bench_warehouse` makes them; a folder of that one serves here too. With
FOOTFALL_WAREHOUSE=chdb:///some/folder it asks ClickHouse's own engine, in this process.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import django

TIMES = 7
PAGES = [f"/page/{number}" for number in range(8)]


def inquiries(site: Any) -> Iterator[tuple[str, Any]]:
    """What is asked, by name; a kind of question adds its own."""
    from tests.bench.generated import NOW
    from tracking.warehouse import Query
    from tracking.warehouse.definitions import Definitions
    from tracking.warehouse.funnel import Elsewhere, Scope, read_funnel
    from tracking.warehouse.journey import read_journey

    query = Query.build(site, ["visitors"], date_range="30d", now=NOW, limit=10)
    defined = Definitions(site.pk)
    for scope in Scope:
        for number in (3, 8):
            steps = [{"page": page} for page in PAGES[:number]]
            funnel = read_funnel(query, steps, scope, defined)
            yield f"funnel, {number} steps, {scope}", funnel
            yield f"where they went instead, {number} steps, {scope}", Elsewhere(funnel)
    for direction in ("after", "before"):
        for start in (None, {"page": PAGES[1]}, {"page": "/page/1*"}):
            for path in ([], PAGES[:1], ["/page/0", "/page/2", "/page/0", "/page/3"]):
                named = f"journey {direction} {start['page'] if start else 'the edge'}"
                yield (
                    f"{named}, {len(path)} pages chosen",
                    read_journey(query, start, path, direction, defined),
                )


def milliseconds(asked: Any) -> float:
    from tracking.warehouse import inquire

    begun = perf_counter()
    inquire(asked)
    return 1000 * (perf_counter() - begun)


def main(pageviews: int) -> None:
    from django.core.management import call_command

    from tests.bench.generated import fill
    from tracking.models import Site

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        fill(pageviews)
    site = Site.objects.order_by("pk")[0]
    for name, asked in inquiries(site):
        milliseconds(asked)
        took = [milliseconds(asked) for _ in range(TIMES)]
        print(f"{median(took):8.0f} ms, at most {max(took):.0f}  {name}", flush=True)


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["FOOTFALL_DATA"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ.setdefault("FOOTFALL_SECRET_KEY", "bench")
        django.setup()
        main(rows)
