"""How long the questions of a report take over rows that are not sealed yet.

    python -m tests.bench.bench_queries [rows]

Puts that many events (200,000 unless said) of one site in 30 days into a database of its own, then
prints the median time of each question, and how long a process takes to mirror the rows.
"""

import os
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import django

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
HEADLINE = (
    *("visitors", "visits", "pageviews"),
    *("views_per_visit", "bounce_rate", "visit_duration"),
)
VISITS = ("visitors", "visits", "bounce_rate", "visit_duration")
DACH = [["is", "visit:country", ["DE", "AT"]]]
BLOG = [["contains", "event:page", ["/page/1"]]]
SIGNED_UP = [["is", "event:goal", ["Signup"]]]
HAD_SIGNED_UP = [["has_done", ["is", "event:name", ["Signup"]]]]
TIMES = 7

# What is asked, metrics, dimensions, filters and what differs from 30 days at once.
QUESTIONS = (
    ("headline", HEADLINE, (), [], {}),
    ("headline, compared", HEADLINE, (), [], {"comparison": "previous_period"}),
    ("headline, two countries", HEADLINE, (), DACH, {}),
    ("headline, some pages", HEADLINE, (), BLOG, {}),
    ("chart by day", ("visitors",), ("time:day",), [], {}),
    ("chart by hour, a day", ("visitors",), ("time:hour",), [], {"date_range": "day"}),
    ("chart of pageviews", ("pageviews",), ("time:day",), [], {}),
    ("last 30 minutes", ("visitors",), ("time:minute",), [], {"date_range": "30m"}),
    ("pages", ("visitors",), ("event:page",), [], {}),
    ("pages, all columns", ("visitors", "pageviews", "bounce_rate"), ("event:page",), [], {}),
    ("entry pages", VISITS, ("visit:entry_page",), [], {}),
    ("exit pages", ("visitors", "visits"), ("visit:exit_page",), [], {}),
    ("sources", ("visitors",), ("visit:source",), [], {}),
    ("sources, all columns", VISITS, ("visit:source",), [], {}),
    ("sources, some pages", ("visitors",), ("visit:source",), BLOG, {}),
    ("cities", ("visitors",), ("visit:city", "visit:country"), [], {}),
    ("browsers", ("visitors",), ("visit:browser",), [], {}),
    ("countries by name, shares", ("visitors", "percentage"), ("visit:country_name",), [], {}),
    ("engagement by page", ("scroll_depth", "time_on_page"), ("event:page",), [], {}),
    ("percentiles of duration", ("visit_duration_p50", "visit_duration_p95"), (), [], {}),
    ("goals", ("visitors", "events", "conversion_rate"), ("event:goal",), [], {}),
    ("a goal by source", ("visitors", "group_conversion_rate"), ("visit:source",), SIGNED_UP, {}),
    ("headline of who signed up", HEADLINE, (), HAD_SIGNED_UP, {}),
)


def store(site_id: int, rows: int) -> None:
    from tracking.models import Event

    choice = random.Random(1)
    visits: dict[int, dict] = {}
    for first in range(1, rows + 1, 10_000):
        numbers = range(first, min(first + 10_000, rows + 1))
        Event.objects.bulk_create(
            [_event(choice, site_id, number, rows, visits) for number in numbers], batch_size=1000
        )


def _event(choice, site_id, number, rows, visits):  # type: ignore[no-untyped-def]
    """Of visits of one to twelve pageviews, several going on at any time."""
    from tracking.models import Event

    time = NOW - timedelta(days=30) * (1 - number / rows)
    if len(visits) < 50 or choice.random() < 0.25:
        visits[number] = {
            "visitor": choice.randrange(rows // 4),
            "source": choice.choice(
                ("", "Google", "Bing", "Reddit", f"blog{choice.randrange(200)}")
            ),
            "country": choice.choice(("DE", "AT", "US", "GB", "FR", "")),
            "city": f"City {choice.randrange(500)}",
            "browser": choice.choice(("Chrome", "Safari", "Firefox", "Edge")),
            "browser_version": str(choice.randrange(80, 140)),
            "os": choice.choice(("Windows", "iOS", "Android", "Mac")),
            "device": choice.choice(("Desktop", "Mobile", "Tablet")),
        }
        visit = number
    else:
        visit = choice.choice(list(visits))
    fields = visits[visit]
    if choice.random() < 0.26:
        del visits[visit]
    # Every twentieth event is a signup, every fifth but these says how a page was read.
    name = "Signup" if number % 20 == 0 else "engagement" if number % 5 == 0 else "pageview"
    read = {"scroll_depth": number % 101, "engaged_ms": 9000} if name == "engagement" else {}
    return Event(
        id=number,
        site_id=site_id,
        visit=visit,
        time=time,
        name=name,
        hostname="example.com",
        path=f"/page/{int(choice.paretovariate(0.6)) % 2000}",
        **fields,
        **read,
    )


def milliseconds(action) -> float:  # type: ignore[no-untyped-def]
    start = perf_counter()
    action()
    return 1000 * (perf_counter() - start)


def main(rows: int) -> None:
    from django.core.management import call_command

    from tracking.models import Goal
    from tracking.site_creation import create_site
    from tracking.warehouse import Query, run
    from tracking.warehouse.engine import engine

    call_command("migrate", verbosity=0)
    site = create_site("example.com", "Europe/Berlin")
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(site=site, page_path="/page/1*")
    Goal.objects.create(site=site, page_path="/page/*", scroll_threshold=75)
    store(site.pk, rows)

    def ask(metrics, dimensions, filters, more):  # type: ignore[no-untyped-def]
        page = {"date_range": ["2026-03-01", "2026-03-30"], "limit": 9 if dimensions else 10_000}
        if dimensions and dimensions[0].startswith("time"):
            page["limit"] = 10_000
        return Query.build(site, metrics, dimensions, filters, now=NOW, **{**page, **more})

    first = ask(*QUESTIONS[0][1:])
    print(f"{rows:,} events of one site in 30 days")
    print(f"{milliseconds(lambda: run(first)):8.0f} ms  first question, mirror cold")
    store_one(site.pk, rows + 1)
    print(f"{milliseconds(lambda: run(first)):8.1f} ms  headline, one new event to mirror")
    for name, *parts in QUESTIONS:
        took = [milliseconds(lambda: run(ask(*parts))) for _ in range(TIMES)]  # noqa: B023
        print(f"{median(took):8.1f} ms  {name}")
    reading = engine().mirror.read(site.pk)
    used = reading.cursor.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")
    print(f"{used.fetchone()[0] / 2**20:8.1f} MiB the mirror")


def store_one(site_id: int, number: int) -> None:
    from tracking.models import Event

    Event.objects.create(
        id=number, site_id=site_id, visit=number, visitor=1, time=NOW, name="pageview", path="/"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTFALL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
