"""Totals before and after an import, side by side: `python -m tests.compared`.

Makes exports of a month as GoatCounter and Plausible write them, imports each by the command into
an empty server, and prints what the other service showed beside what this one's reports say. Ends
with 1 where two figures differ.
"""

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(31)]
MONTH = "20260301_20260331"
PATHS = ["/", "/pricing", "/blog", "/blog/launch", "/about"]
SOURCES = ["", "Google", "Reddit", "newsletter"]
DEVICES = ["Desktop", "Mobile", "Tablet"]
Figures = dict[str, tuple[int, ...]]


def goatcounter(chance: random.Random) -> bytes:
    from tests.tracking.transfer.formats.goatcounter_files import Hit, exported

    hits = []
    for number in range(4000):
        start = datetime.combine(chance.choice(DAYS), datetime.min.time(), UTC)
        start += timedelta(minutes=chance.randrange(60, 1300))
        seen: set[str] = set()
        for minute in range(1 + int(chance.expovariate(0.7))):
            path = chance.choices([*PATHS, "signup"], [9, 4, 4, 3, 2, 1])[0]
            time, bot = start + timedelta(minutes=minute), 150 * (number % 20 == 0)
            event, first = path == "signup", path not in seen
            hits.append(Hit(path, f"s{number}", time, path, event, bot=bot, first=first))
            seen.add(path)
    return exported(*sorted(hits, key=lambda hit: hit.time))


def plausible(chance: random.Random) -> bytes:
    from tests.tracking.transfer.formats.plausible_files import exported

    def parts(column: str, names: list[str]) -> list[dict[str, Any]]:
        found = []
        for day, name in ((day, name) for day in DAYS for name in names):
            visitors = chance.randrange(5, 90)
            visits = visitors + chance.randrange(9)
            figures = {"visitors": visitors, "visits": visits, "pageviews": visits * 2}
            found.append({"date": day.isoformat(), column: name, **figures})
        return found

    tables = {"sources": parts("source", SOURCES), "pages": parts("page", PATHS)}
    tables |= {"devices": parts("device", DEVICES), "visitors": parts("date", [""])}
    for row, day in zip(tables["visitors"], DAYS, strict=True):
        row |= {"date": day.isoformat(), "bounces": row["visits"] // 3, "visit_duration": 900}
    return exported(tables, MONTH)


def reported(site: Any, dimension: str, *metrics: str) -> Figures:
    from tracking.warehouse import Query, run

    month = [DAYS[0].isoformat(), DAYS[-1].isoformat()]
    dimensions = [dimension] if dimension else []
    rows = run(Query.build(site, list(metrics), dimensions, [], month, imports=True)).rows
    return {row.dimensions[0] if dimension else "all": row.metrics for row in rows}


def imported(folder: Path, name: str, content: bytes) -> Any:
    from django.core.management import call_command

    from tracking.site_creation import create_site

    site = create_site(f"{name.split('_')[0].split('-')[0]}.example", "UTC")
    type(site).objects.filter(pk=site.pk).update(created_at=datetime(2026, 4, 2, tzinfo=UTC))
    (folder / name).write_bytes(content)
    call_command("events_import", site.domain, str(folder / name))
    return site


def compared(folder: Path) -> Iterator[tuple[str, Figures, Figures]]:
    """What is compared, the figures there and those here."""
    from tests.tracking.transfer.formats.test_goatcounter import counted_by_goatcounter
    from tests.tracking.transfer.formats.test_plausible import summed

    export = goatcounter(random.Random(1))
    site = imported(folder, "goatcounter-export.csv", export)
    here = reported(site, "event:page", "visitors", "pageviews")
    events = reported(site, "event:name", "visitors", "events")
    here = {path: here[path] for path in here if path in PATHS} | {"signup": events["signup"]}
    yield "GoatCounter, paths (visits, pageviews)", counted_by_goatcounter(export), here
    export = plausible(random.Random(2))
    site = imported(folder, "plausible_20260401.zip", export)
    metrics = ("visitors", "visits", "pageviews")
    there = {"all": summed(export, "visitors", *metrics, days=MONTH)[()]}
    yield f"Plausible ({', '.join(metrics)})", there, reported(site, "", *metrics)
    for table, column, blank in (("sources", "source", "Direct / None"), ("pages", "page", "")):
        found = summed(export, table, *metrics, by=column, blank=blank, days=MONTH)
        there = {key[0]: figures for key, figures in found.items()}
        scope = "event" if table == "pages" else "visit"
        yield f"Plausible, {table}", there, reported(site, f"{scope}:{column}", *metrics)


def main() -> bool:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    agree = True
    with tempfile.TemporaryDirectory() as folder:
        for name, there, here in compared(Path(folder)):
            print(f"\n{name}")
            for key in sorted(there.keys() | here.keys()):
                agree &= there.get(key) == here.get(key)
                print(f"  {key:16} {there.get(key)!s:24} {here.get(key)}")
    return agree


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        os.environ["FOOTFALL_DATA"] = data
        os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
        os.environ.setdefault("FOOTFALL_SECRET_KEY", "compared")
        django.setup()
        sys.exit(0 if main() else 1)
