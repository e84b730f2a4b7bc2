"""How long a report's widgets take over sealed files.

    python -m tests.bench.bench_warehouse [pageviews] [folder]

Makes a site of that many pageviews (10,000,000 unless said) in 60 days and a hundred small ones,
then asks what the report's widgets ask, from 7 days to 12 months, with up to three filters. A
folder keeps the data for the next time. Cold is the first answer of a new engine; the files may
still be in the system's cache.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median, quantiles
from time import perf_counter

import django

TIMES = 9
PERIODS = ("7d", "30d", "12mo")
FILTERS = (
    (),
    (("is", "visit:country", "DE", "AT"),),
    (
        ("is", "visit:country", "DE", "AT"),
        ("is", "visit:device", "Desktop"),
        ("contains", "event:page", "/page/1"),
    ),
)


def milliseconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return 1000 * (perf_counter() - start)


def parts(question, now):  # type: ignore[no-untyped-def]
    """What a report consists of, by name: its headline and chart, and each widget."""
    from dashboard.report import answers
    from dashboard.report.widgets import TABLE

    yield "headline, chart", lambda: answers.overview(question, now)
    for widget in TABLE:
        yield widget.name, lambda widget=widget: answers.panel(question, widget, now)


def report(question, now):  # type: ignore[no-untyped-def]
    """A whole page: the widgets that its panels show at first."""
    from dashboard.report.widgets import PANELS

    shown = {"headline, chart", *(widgets[0].name for widgets in PANELS.values())}
    for name, ask in parts(question, now):
        if name in shown:
            ask()


def question_of(site, period: str, filters):  # type: ignore[no-untyped-def]
    from dashboard.report import periods
    from dashboard.report.filters import Filter
    from dashboard.report.place import Place
    from dashboard.report.question import Question
    from tests.bench.generated import LAST

    return Question(
        Place(site), periods.named(period, LAST), tuple(Filter.of(*row) for row in filters)
    )


def print_times(site) -> None:  # type: ignore[no-untyped-def]
    from tests.bench.generated import NOW

    columns = [(period, filters) for filters in FILTERS for period in PERIODS]
    print(f"\n{site.domain}: median / 95th percentile in ms, by period and number of filters")
    print(" " * 16 + "".join(f"{f'{period}, {len(filters)}':>14}" for period, filters in columns))
    questions = [question_of(site, *column) for column in columns]
    rows = [dict(parts(question, NOW)) for question in questions]
    for name in rows[0]:
        print(f"{name:16}" + "".join(f"{_times(row[name]):>14}" for row in rows), flush=True)
    whole = [lambda question=question: report(question, NOW) for question in questions]
    print(f"{'whole report':16}" + "".join(f"{_times(each):>14}" for each in whole), flush=True)


def _times(ask: Callable[[], object]) -> str:
    ask()
    took = [milliseconds(ask) for _ in range(TIMES)]
    late = quantiles(took, n=20, method="inclusive")[-1]
    return f"{median(took):.0f} / {late:.0f}"


def main(pageviews: int) -> None:
    from django.core.management import call_command

    from tests.bench.generated import NOW, fill
    from tracking.models import SealedSegment, SealedShare, Site
    from tracking.warehouse import engine

    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        took = milliseconds(lambda: fill(pageviews)) / 1000
        events = sum(SealedShare.objects.values_list("events", flat=True))
        print(f"{events:,} events written in {took:.0f} s, {events / took:,.0f} a second")
    size = sum(SealedSegment.objects.values_list("size", flat=True))
    print(f"{size / 2**20:,.0f} MiB in {2 * SealedSegment.objects.count()} files")
    large, small = Site.objects.order_by("pk")[:2]
    for site in (large, small):
        engine.close()
        cold = milliseconds(lambda site=site: report(question_of(site, "30d", ()), NOW))
        print(f"{cold:,.0f} ms for the first report of {site.domain}, 30 days, engine cold")
    for site in (large, small):
        print_times(site)
    print(f"\n{getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most in this process")


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
