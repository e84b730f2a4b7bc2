"""GoatCounter's CSV export, by the columns of tpl/help/export.md in arp242/goatcounter."""

import csv
import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import SiteFactory
from tests.tracking.transfer.files import imported
from tests.tracking.transfer.formats.goatcounter_files import COLUMNS, Hit, exported
from tests.tracking.warehouse.sealing.sealed import by, totals
from tracking.transfer.errors import ImportProblem

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HITS = [
    Hit("/", "a1", NOON),
    Hit("/about", "a1", NOON + 4 * MINUTE),
    Hit("/", "a1", NOON + 5 * MINUTE, first=False),
    Hit("click-banana", "a1", NOON + 6 * MINUTE, event=True),
    Hit("/", "b2", NOON + 3 * MINUTE),
    Hit("/", "c3", NOON + timedelta(days=3)),
    Hit("click-banana", "c3", NOON + timedelta(days=3), event=True),
    Hit("/about", "d4", NOON, bot=150),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "goatcounter-export-northpeak-20260401T000000Z-0.csv.gz"


def brought(site: Any, file: Path, *hits: Hit, **options: Any):
    file.write_bytes(gzip.compress(exported(*hits)))
    return imported(site, file, "goatcounter", **options)


def counted_by_goatcounter(content: bytes) -> dict[str, tuple[int, int]]:
    """Visits and pageviews by path, as its cron/hit_count.go counts the rows that are no bots'.

    It adds one for each hit that is the first of its session on its path.
    """
    counts: dict[str, tuple[int, int]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        if row["Bot"] == "0":
            visits, views = counts.get(row["2Path"], (0, 0))
            counts[row["2Path"]] = (visits + int(row["FirstVisit"]), views + 1)
    return counts


def test_totals_of_pages_and_events_are_those_of_goatcounter(file: Path):
    site = SiteFactory()

    brought(site, file, *HITS)

    pages = by(site, "event:page", ("visitors", "pageviews"))
    events = by(site, "event:name", ("visitors", "events"))
    pages.pop("(not set)", None)
    events.pop("pageview")
    assert {"/": (3, 4), "/about": (1, 1), "click-banana": (2, 2)} == pages | events
    assert counted_by_goatcounter(exported(*HITS)) == pages | events


def hits_of(walks: list[tuple[int, int]]) -> list[Hit]:
    """Hits of sessions on pages, a minute apart, the first of a session on a page marked."""
    seen: set[tuple[int, int]] = set()
    hits = []
    for minute, (session, page) in enumerate(walks):
        is_event = page == 0
        path = "click" if is_event else f"/{page}"
        first = (session, page) not in seen
        seen.add((session, page))
        time = NOON + minute * MINUTE
        hits.append(Hit(path, f"a{session}", time, event=is_event, first=first))
    return hits


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(walks=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=30))
def test_totals_of_any_export_are_those_of_goatcounter(
    walks: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
):
    site, hits = SiteFactory(), hits_of(walks)

    brought(site, tmp_path_factory.mktemp("export") / "export.csv.gz", *hits)

    pages = by(site, "event:page", ("visitors", "pageviews"))
    events = by(site, "event:name", ("visitors", "events"))
    found = {name: each for name, each in (pages | events).items() if each[1]}
    found.pop("pageview", None)
    assert counted_by_goatcounter(exported(*hits)) == found


def test_sessions_are_visitors_with_one_visit(file: Path):
    site = SiteFactory()

    brought(site, file, Hit(session="a1", time=NOON), Hit(session="a1", time=NOON + 90 * MINUTE))

    assert (1, 1, 2) == totals(site)[:3]


def test_hits_of_a_site_that_collects_no_sessions_are_of_nobody(file: Path):
    site = SiteFactory()

    brought(site, file, Hit(session="0" * 32), Hit("/b", session="0" * 32))

    assert (0, 0, 2) == totals(site)[:3]


@pytest.mark.parametrize(
    ("hit", "dimension", "value"),
    [
        pytest.param(Hit("/a?b=c"), "event:page", "/a?b=c", id="path"),
        pytest.param(Hit(browser="Edge 90"), "visit:browser", "Microsoft Edge", id="browser"),
        pytest.param(Hit(browser="Chrome 99"), "visit:browser_version", "99", id="version"),
        pytest.param(Hit(system="macOS 11.1"), "visit:os", "Mac", id="system"),
        pytest.param(Hit(system="Linux Ubuntu"), "visit:os", "Ubuntu", id="distribution"),
        pytest.param(Hit(width=800), "visit:screen", "Tablet", id="screen"),
        pytest.param(Hit(location="US-TX"), "visit:country", "US", id="country"),
        pytest.param(Hit(location="US-TX"), "visit:region", "US-TX", id="region"),
        pytest.param(Hit(ref="www.bing.com", scheme="h"), "visit:source", "Bing", id="address"),
        pytest.param(
            Hit(ref="a.example/b", scheme="h"), "visit:referrer", "a.example/b", id="referrer"
        ),
        pytest.param(Hit(ref="Email", scheme="g"), "visit:source", "Email", id="generated"),
        pytest.param(Hit(ref="letter", scheme="c"), "visit:utm_source", "letter", id="campaign"),
        pytest.param(Hit(ref="com.app", scheme="o"), "visit:source", "com.app", id="other"),
    ],
)
def test_columns_become_what_reports_show(file: Path, hit: Hit, dimension: str, value: str):
    site = SiteFactory()

    brought(site, file, hit)

    assert {value: (1, 1)} == by(site, dimension)


def test_first_version_has_the_user_agent_in_place_of_its_names(file: Path):
    site = SiteFactory()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:80.0) Gecko/20100101 Firefox/80.0"
    columns = (
        *("1Path", "Title", "Event", "Bot", "Session", "FirstVisit", "Referrer"),
        *("Referrer scheme", "Browser", "Screen size", "Location", "Date"),
    )
    cells = ["/", "", "false", "0", "a1", "true", "", "o", agent, "", "NL", "2020-06-18T12:00:00Z"]
    file.write_text(f"{','.join(columns)}\n{','.join(cells)}\n")

    imported(site, file, "goatcounter")

    assert {("Firefox", "Desktop"): (1, 1)} == browsers_and_devices(site)


def browsers_and_devices(site: Any) -> dict:
    from tracking.warehouse import Query, run

    question = Query.build(
        site, ["visitors", "visits"], ["visit:browser", "visit:device"], [], "all"
    )
    return {tuple(row.dimensions): row.metrics for row in run(question).rows}


def test_lines_that_are_no_hits_are_refused_by_number(file: Path):
    rows = exported(Hit(), Hit(path=""), Hit("pageview", event=True), Hit()).decode()
    file.write_text(f"{rows}/short,row\n{','.join(Hit(title='x').cells()[:-1])},yesterday\n")

    job = imported(SiteFactory(), file, "goatcounter")

    assert (
        2,
        [
            (3, "It has no path."),
            (4, "Its event has a name that is Footfall's own."),
            (6, "It has 2 cells where the first line has 14."),
        ],
    ) == (job.events, job.refusals[:3])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"a,b\n1,2\n", "no CSV export of GoatCounter's", id="other"),
        pytest.param(b"", "no CSV export of GoatCounter's", id="empty"),
        pytest.param(
            exported(columns=("3Path", *COLUMNS[1:])), "Version 3 of GoatCounter's", id="version"
        ),
    ],
)
def test_file_that_is_no_export_is_refused(file: Path, content: bytes, sentence: str):
    file.write_bytes(content)

    with pytest.raises(ImportProblem, match=sentence):
        imported(SiteFactory(), file, "goatcounter")


def test_export_of_counts_is_refused_with_what_to_do(tmp_path: Path):
    """Its names are those of exportjson.go: a folder in the zip, and a file a table."""
    file = tmp_path / "goatcounter-export.zip"
    with zipfile.ZipFile(file, "w") as packed:
        for name in ("info.json", "paths.jsonl", "hit_stats.jsonl"):
            packed.writestr(f"goatcounter-export-x/{name}", "{}\n")

    with pytest.raises(ImportProblem, match="has counts and no pageviews"):
        imported(SiteFactory(), file, "goatcounter")


def test_longer_export_adds_what_is_new(file: Path):
    site = SiteFactory()
    brought(site, file, *HITS[:5])

    job = brought(site, file, *HITS)

    assert (3, 5) == (job.events, job.known)
    assert (3, 3, 5) == totals(site)[:3]


def test_equal_hits_of_a_file_are_all_stored_and_known_again(file: Path):
    site = SiteFactory()
    brought(site, file, Hit(), Hit())

    job = brought(site, file, Hit(), Hit(), Hit())

    assert (1, 2) == (job.events, job.known)
    assert 3 == totals(site)[2]
