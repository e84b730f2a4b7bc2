"""Plausible's CSV export, by the columns of lib/plausible/exports.ex in plausible/analytics."""

import csv
import io
import zipfile
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from tests.factories import EventFactory, SiteFactory
from tests.tracking.ingest.mmdb import Unsigned, city_file
from tests.tracking.transfer.files import LINE, imported, written
from tests.tracking.transfer.formats.plausible_files import DAYS, Rows, exported, file_name, table
from tracking.models import Import, Site, Totals
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats import guess
from tracking.transfer.formats.sample import sample
from tracking.transfer.totals import NOT_OVER
from tracking.warehouse import Query, run

pytestmark = pytest.mark.django_db

FIRST, SECOND = "2026-03-01", "2026-03-04"
VISITS = {"visitors": 5, "visits": 6, "visit_duration": 120, "bounces": 2, "pageviews": 14}
FEW = {"visitors": 2, "visits": 2, "visit_duration": 30, "bounces": 1, "pageviews": 3}
CLICK = "Outbound Link: Click"
EXPORT: dict[str, Rows] = {
    "visitors": [{"date": FIRST, **VISITS}, {"date": SECOND, **FEW}],
    "sources": [
        {"date": FIRST, "source": "Google", "referrer": "google.com", **VISITS},
        {"date": SECOND, "source": "news", "utm_source": "news", "utm_medium": "email", **FEW},
        {"date": SECOND, **FEW},
    ],
    "pages": [
        {
            **{"date": FIRST, "hostname": "a.example", "page": "/", "visits": 6, "visitors": 5},
            **{"pageviews": 9, "total_scroll_depth": 120, "total_scroll_depth_visits": 2},
            **{"total_time_on_page": 90, "total_time_on_page_visits": 3},
        },
        {"date": SECOND, "page": '/a "quoted", path', "visits": 2, "visitors": 2, "pageviews": 3},
    ],
    "entry_pages": [
        {"date": FIRST, "entry_page": "/", "entrances": 6, **VISITS},
        {"date": SECOND, "entry_page": "/a", "entrances": 2, **FEW},
    ],
    "exit_pages": [{"date": FIRST, "exit_page": "/", "exits": 6, **VISITS}],
    "custom_events": [
        {"date": FIRST, "name": "Signup", "visitors": 2, "events": 3},
        {"date": FIRST, "name": CLICK, "link_url": "https://x.example", "visitors": 1, "events": 1},
        {"date": FIRST, "name": "engagement", "visitors": 9, "events": 99},
    ],
    "locations": [
        {"date": FIRST, "country": "US", "region": "US-CA", "city": 5391959, **VISITS},
        {"date": SECOND, "country": "DE", **FEW},
    ],
    "devices": [{"date": FIRST, "device": "Mobile", **VISITS}],
    "browsers": [{"date": FIRST, "browser": "Firefox", "browser_version": "130", **VISITS}],
    "operating_systems": [
        {"date": FIRST, "operating_system": "Mac", "operating_system_version": "15", **VISITS},
        {"date": SECOND, "operating_system": "(not set)", **FEW},
    ],
}

# By dimension, the file that has it, its column there and the names of its visits.
BREAKDOWNS = {
    "visit:source": ("sources", "source", "visits", "Direct / None"),
    "visit:referrer": ("sources", "referrer", "visits", "Direct / None"),
    "visit:utm_medium": ("sources", "utm_medium", "visits", "(not set)"),
    "event:page": ("pages", "page", "visits", ""),
    "visit:entry_page": ("entry_pages", "entry_page", "entrances", ""),
    "visit:exit_page": ("exit_pages", "exit_page", "exits", ""),
    "visit:country": ("locations", "country", "visits", ""),
    "visit:region": ("locations", "region", "visits", "(not set)"),
    "visit:device": ("devices", "device", "visits", ""),
    "visit:browser": ("browsers", "browser", "visits", ""),
    "visit:browser_version": ("browsers", "browser_version", "visits", ""),
    "visit:os": ("operating_systems", "operating_system", "visits", ""),
    "visit:os_version": ("operating_systems", "operating_system_version", "visits", "(not set)"),
}


def brought(site: Site, folder: Path, content: bytes, name: str = "", **options: Any) -> Import:
    file = folder / (name or "example_com_20260306.zip")
    file.write_bytes(content)
    return imported(site, file, "plausible", **options)


def ask(site: Site, metrics: list[str], **more: Any) -> dict[tuple[str, ...], tuple[Any, ...]]:
    asked = {"date_range": ["2026-03-01", "2026-03-31"], "imports": True, **more}
    rows = run(Query.build(site=site, metrics=metrics, **asked)).rows
    return {row.dimensions: row.metrics for row in rows}


def summed(
    content: bytes, name: str, *columns: str, by: str = "", blank: str = "", days: str = DAYS
) -> Any:
    """What the figures of a file of an export add up to, by a column of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        lines = csv.DictReader(StringIO(packed.read(file_name(name, days)).decode()))
        found: dict[tuple[str, ...], Counter[str]] = {}
        for row in lines:
            key = (row[by] or blank,) if by else ()
            counter = found.setdefault(key, Counter())
            counter.update({column: int(row[column]) for column in columns})
    return {key: tuple(counter[c] for c in columns) for key, counter in found.items()}


def test_headline_is_what_plausible_has_counted(tmp_path: Path):
    site, content = SiteFactory(), exported(EXPORT)

    brought(site, tmp_path, content)

    expected = summed(content, "visitors", "visitors", "visits", "pageviews")
    assert expected == ask(site, ["visitors", "visits", "pageviews"])
    # 17 pageviews, 3 bounces and 150 seconds in 8 visits.
    assert {(): (2.13, 38, 19)} == ask(site, ["views_per_visit", "bounce_rate", "visit_duration"])


@pytest.mark.parametrize("dimension", BREAKDOWNS)
def test_breakdown_is_what_plausible_has_counted(tmp_path: Path, dimension: str):
    site, content = SiteFactory(), exported(EXPORT)
    name, column, visits, blank = BREAKDOWNS[dimension]

    brought(site, tmp_path, content)

    expected = summed(content, name, "visitors", visits, "pageviews", by=column, blank=blank)
    assert expected == ask(site, ["visitors", "visits", "pageviews"], dimensions=[dimension])


def test_custom_events_are_what_plausible_has_counted_but_for_engagement(tmp_path: Path):
    site = SiteFactory()

    job = brought(site, tmp_path, exported(EXPORT))

    events = ask(site, ["visitors", "events"], dimensions=["event:name"])
    links = ask(
        site,
        ["events"],
        dimensions=["event:props:url"],
        filters=[["is", "event:name", [CLICK]]],
    )
    assert {("Signup",): (2, 3), (CLICK,): (1, 1)} == events
    assert {("https://x.example",): (1,)} == links
    assert [("Engagement, which is no event here.", 1)] == [tuple(each) for each in job.left_out]


def test_page_has_its_scroll_depth_and_time(tmp_path: Path):
    site = SiteFactory()
    brought(site, tmp_path, exported(EXPORT))
    found = ask(site, ["scroll_depth", "time_on_page"], dimensions=["event:page"])
    assert (60, 30) == found[("/",)]


def test_channel_is_told_from_source_and_tags(tmp_path: Path):
    site = SiteFactory()
    brought(site, tmp_path, exported(EXPORT))
    found = ask(site, ["visitors"], dimensions=["visit:channel"])
    assert {("Organic Search",): (5,), ("Email",): (2,), ("Direct",): (2,)} == found


def test_places_have_the_names_that_a_file_with_their_codes_gives(tmp_path: Path, settings: Any):
    place = {
        "country": {"iso_code": "US"},
        "subdivisions": [{"iso_code": "CA", "names": {"en": "California"}}],
        "city": {"geoname_id": Unsigned(5391959, 32), "names": {"en": "San Francisco"}},
    }
    settings.GEOIP_FILE = tmp_path / "places.mmdb"
    settings.GEOIP_FILE.write_bytes(city_file(place))
    site = SiteFactory()

    brought(site, tmp_path, exported(EXPORT))

    found = ask(site, ["visitors"], dimensions=["visit:region", "visit:city"])
    assert {("California", "San Francisco"): (5,), ("(not set)", "(not set)"): (2,)} == found


def test_single_file_without_pageviews_of_an_older_version_is_taken(tmp_path: Path):
    site = SiteFactory()
    columns = ("date", "device", "visitors", "visits", "visit_duration", "bounces")
    content = table("devices", [(FIRST, "Laptop", 3, 4, 60, 1)], columns)

    brought(site, tmp_path, content, "devices_20260301_20260305.csv")

    found = ask(site, ["visitors", "bounce_rate"], dimensions=["visit:device"])
    assert {("Laptop",): (3, 25)} == found


def test_lines_that_cannot_be_read_are_refused_by_file_and_line(tmp_path: Path):
    site = SiteFactory()
    tables: dict[str, Rows] = {
        "visitors": [
            {"date": FIRST, **VISITS},
            {"date": "soon", **VISITS},
            {"date": "2026-03-06", **VISITS},
        ],
        "devices": [{"date": FIRST, **VISITS, "visits": "-1"}, (FIRST, "Mobile")],
    }

    job = brought(site, tmp_path, exported(tables))

    days = "The date is not among the days that the file's name says."
    assert [
        ("imported_visitors_20260301_20260305.csv:3", "The date is none."),
        ("imported_visitors_20260301_20260305.csv:4", days),
        ("imported_devices_20260301_20260305.csv:2", "'visits' is no whole number."),
        (
            "imported_devices_20260301_20260305.csv:3",
            "It has 2 cells where the first line has 7.",
        ),
    ] == [tuple(each) for each in job.refusals]
    assert {(): (5,)} == ask(site, ["visitors"])


def test_file_that_is_none_of_the_export_is_refused_and_the_others_are_taken(tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("notes.txt", "hello")
        file.writestr(file_name("visitors"), table("visitors", EXPORT["visitors"]))
    job = brought(SiteFactory(), tmp_path, packed.getvalue())
    assert (1, [["notes.txt:1", "The name of the file is none of Plausible's export."]]) == (
        job.refused,
        [list(each) for each in job.refusals],
    )


def test_zip_file_of_something_else_is_refused(tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("notes.txt", "hello")
    with pytest.raises(ImportProblem, match="no file of Plausible's export"):
        brought(SiteFactory(), tmp_path, packed.getvalue())
    assert not Totals.objects.exists()


def test_longer_export_adds_only_the_days_that_are_not_there(tmp_path: Path):
    site = SiteFactory()
    brought(site, tmp_path, exported({"visitors": EXPORT["visitors"]}))
    rows = [*EXPORT["visitors"], {"date": "2026-03-07", **FEW}]

    job = brought(site, tmp_path, exported({"visitors": rows}, "20260301_20260308"))

    assert ({(): (9,)}, 1, 2) == (ask(site, ["visitors"]), job.events, job.refused)


def test_same_file_is_not_taken_again(tmp_path: Path):
    site, content = SiteFactory(), exported(EXPORT)
    brought(site, tmp_path, content)
    with pytest.raises(ImportProblem, match="This file was imported"):
        brought(site, tmp_path, content)
    with pytest.raises(ImportProblem, match="no day that is over and is not there already"):
        brought(site, tmp_path, content, again=True)
    assert {(): (7,)} == ask(site, ["visitors"])


def test_day_that_is_not_over_by_the_sites_clock_is_refused_and_taken_when_it_is(tmp_path: Path):
    site = SiteFactory(timezone="Pacific/Auckland")
    days = ("2026-03-03", "2026-03-04", "2026-03-05")
    content = exported({"visitors": [{"date": day, **FEW} for day in days]})
    # In Auckland it is one o'clock at night of the fifth.
    with time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        job = brought(site, tmp_path, content)
    first = (job.events, job.reasons, Totals.objects.get().spans)

    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        job = brought(site, tmp_path, content, again=True)

    assert (2, [(NOT_OVER, 1)], [["2026-03-01", "2026-03-04"]]) == first
    assert (1, {(): (6,)}) == (job.events, ask(site, ["visitors"]))


def test_site_has_counted_itself_from_the_day_on_that_it_was_made_by_its_own_clock(tmp_path: Path):
    site = SiteFactory(timezone="Pacific/Auckland")
    # The fourth has begun in Auckland.
    Site.objects.filter(pk=site.pk).update(created_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    site.refresh_from_db()
    EventFactory(site=site, time=datetime(2026, 3, 3, 0, tzinfo=UTC))
    brought(site, tmp_path, exported(EXPORT))
    assert [["2026-03-01", "2026-03-02"], ["2026-03-04", "2026-03-05"]] == (
        Totals.objects.get().spans
    )


def test_days_of_another_site_keep_none_from_being_taken(tmp_path: Path):
    content = exported(EXPORT)
    brought(SiteFactory(), tmp_path, content)
    site = SiteFactory()

    job = brought(site, tmp_path, content)

    assert ({(): (7,)}, 0) == (ask(site, ["visitors"]), job.refused)


def test_strict_import_with_a_refused_line_stores_nothing(tmp_path: Path):
    tables: dict[str, Rows] = {"visitors": [{"date": FIRST, **VISITS}, {"date": "x"}]}
    with pytest.raises(ImportProblem, match="Refused lines: 1"):
        brought(SiteFactory(), tmp_path, exported(tables), strict=True)
    assert not Totals.objects.exists()


def test_days_with_events_of_the_site_do_not_count(tmp_path: Path):
    site = SiteFactory()
    EventFactory(site=site, time=datetime(2026, 3, 4, 12, tzinfo=UTC))
    brought(site, tmp_path, exported(EXPORT))
    assert ({(): (6,)}, [["2026-03-01", "2026-03-03"], ["2026-03-05", "2026-03-05"]]) == (
        ask(site, ["visitors"]),
        Totals.objects.get().spans,
    )


def test_no_day_counts_from_the_first_on_that_the_site_counted_itself(tmp_path: Path):
    site = SiteFactory()
    Site.objects.filter(pk=site.pk).update(created_at=datetime(2026, 3, 2, tzinfo=UTC))
    site.refresh_from_db()
    EventFactory(site=site, time=datetime(2026, 3, 3, 12, tzinfo=UTC))
    brought(site, tmp_path, exported(EXPORT))
    assert [["2026-03-01", "2026-03-02"]] == Totals.objects.get().spans


def test_events_that_are_imported_later_take_the_days_of_totals(tmp_path: Path):
    site = SiteFactory()
    brought(site, tmp_path, exported(EXPORT))
    line = {**LINE, "timestamp": "2026-03-01T12:00:00Z"}

    imported(site, written(tmp_path / "events.ndjson", line))

    assert {(): (3,)} == ask(site, ["visitors"])


def test_export_is_recognised_by_the_names_of_its_files():
    packed, single = exported(EXPORT), table("visitors", EXPORT["visitors"])
    samples = [sample("a.zip", packed), sample("visitors_20260101_20260131.csv", single)]
    other = sample("visitors.csv", single)
    found = [guess(each) for each in (*samples, other)]
    assert ["plausible", "plausible", None] == [each and each.name for each in found]


def test_command_tells_by_itself_where_the_file_is_from(tmp_path: Path):
    site, file, out = SiteFactory(), tmp_path / "export.zip", StringIO()
    file.write_bytes(exported({"visitors": EXPORT["visitors"]}))

    call_command("events_import", site.domain, str(file), stdout=out, stderr=StringIO())

    assert "Imported: 2 lines of daily totals\nRefused: 0 lines\n" == out.getvalue()
    assert {(): (7,)} == ask(site, ["visitors"])
