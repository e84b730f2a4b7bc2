"""How long a table of retention takes over sealed files.

    python -m tests.bench.bench_retention [pageviews] [folder]

Makes a site of that many pageviews (10,000,000 unless said) in 60 days, whose visitors are known
for good and come again, some often; then asks who came back. A folder keeps the data for the next
time.
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

import django

from tests.bench.bench_warehouse import milliseconds

TIMES = 9
RANGES = {"day": "28d", "week": "all", "month": "all"}
FILTERS = {
    "no filter": (),
    "source": (["is", "visit:source", ["source5"]],),
    "page": (["is", "event:page", ["/page/1"]],),
}
# As `generated` has it, but for the day: most come once or twice in the 60 days.
OF_A_DAY = "hash($day, site_id, if(random() < 0.2, i % ($large // 10), i + 1000000000))"
OF_ALL_DAYS = "hash(site_id, (random() ** 2 * $large * 40)::BIGINT)"


def fill(pageviews: int) -> None:
    from tests.bench import generated
    from tracking.models import Site

    assert OF_A_DAY in generated.VISITS
    generated.VISITS = generated.VISITS.replace(OF_A_DAY, OF_ALL_DAYS)
    # No day is settled where visitors may come again on any other.
    generated.UNSETTLED = generated.DAYS
    generated.fill(pageviews)
    Site.objects.update(own_ids=True)


def main(pageviews: int) -> None:
    from django.core.management import call_command

    from tests.bench.generated import NOW
    from tracking.models import SealedShare, Site
    from tracking.warehouse import engine, inquire
    from tracking.warehouse.retention import Retention

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        fill(pageviews)
    site = Site.objects.order_by("pk")[0]
    events = sum(SealedShare.objects.filter(site_id=site.pk).values_list("events", flat=True))
    engine.engine().prepare()
    print(f"{events:,} events; median / 95th percentile in ms")
    for interval, date_range in RANGES.items():
        for name, filters in FILTERS.items():
            asked = Retention.build(site, interval, filters, date_range, now=NOW)
            cohorts = inquire(asked)
            took = [milliseconds(lambda asked=asked: inquire(asked)) for _ in range(TIMES)]
            late = quantiles(took, n=20, method="inclusive")[-1]
            visitors = sum(cohort.visitors for cohort in cohorts)
            print(
                f"{interval:6} {name:10} {len(cohorts):3} cohorts of {visitors:>9,} visitors"
                f" {median(took):6.0f} / {late:.0f}",
                flush=True,
            )


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
