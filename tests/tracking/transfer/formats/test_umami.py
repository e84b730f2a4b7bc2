"""Umami's tables, in each way to take them out; `umami_files` cites where they are described."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.factories import SiteFactory
from tests.tracking.transfer.files import imported
from tests.tracking.transfer.formats.umami_files import (
    EVENT,
    OTHER,
    SITE,
    Tables,
    as_csv,
    as_mysqldump,
    as_pg_dump,
    as_totals,
    as_zip,
    datum,
    event,
    session,
    tables,
)
from tests.tracking.warehouse.sealing.sealed import by, totals
from tracking.models import Import, Site
from tracking.transfer.errors import ImportProblem, Undecided

pytestmark = pytest.mark.django_db

WRITERS = [
    pytest.param(as_zip, "export.zip", id="zip-of-csv"),
    pytest.param(as_pg_dump, "umami.sql", id="pg_dump"),
    pytest.param(as_mysqldump, "umami.sql", id="mysqldump"),
]
VISITED = tables(
    [
        event("e1"),
        event("e2", url_path="/tarifs\t'é'", created_at="2026-03-10 12:05:00+00"),
        event("e3", event_type=2, event_name="Signup", created_at="2026-03-10 12:06:00+00"),
        event("e4", session_id="s2", visit_id="v2", page_title="a\\b\n'c', (d)"),
        event("e5", session_id="s2", visit_id="v3", created_at="2026-03-11 12:00:00+00"),
    ],
    [session("s1"), session("s2", country="FR", region="FR-IDF", city="Paris")],
    [datum("e3", "plan", string_value="Pro, 'best'")],
)


def brought(path: Path, content: bytes, site: Site | None = None, **options: str) -> Import:
    path.write_bytes(content)
    site = site or SiteFactory(domain="northpeak.example")
    return imported(site, path, "umami", told=options)


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_visitors_visits_and_views_are_those_that_umami_counts(
    tmp_path: Path, write: Callable[[Tables], bytes], name: str
):
    """Its getWebsiteStats counts events that are pageviews, and their sessions and visits."""
    job = brought(tmp_path / name, write(VISITED))

    assert (2, 3, 4) == totals(job.site)[:3]
    assert {"/": (2, 3), "/tarifs\t'é'": (1, 1)} == by(
        job.site, "event:page", ("visitors", "pageviews")
    )
    assert {"US": (1, 1), "FR": (1, 2)} == by(job.site, "visit:country")
    assert {"Pro, 'best'": (1, 1), "(none)": (2, 3)} == by(job.site, "event:props:plan")


def test_compressed_dump_is_read(tmp_path: Path):
    job = brought(tmp_path / "umami.sql.gz", gzip.compress(as_pg_dump(VISITED)))

    assert 5 == job.events


@pytest.mark.parametrize(
    ("more", "dimension", "value"),
    [
        pytest.param({}, "visit:browser", "Microsoft Edge", id="browser"),
        pytest.param({}, "visit:os", "Windows", id="system"),
        pytest.param({}, "visit:os_version", "10", id="system-version"),
        pytest.param({}, "visit:device", "Desktop", id="device"),
        pytest.param({}, "visit:screen", "Laptop", id="screen"),
        pytest.param({}, "visit:language", "en-US", id="language"),
        pytest.param({}, "visit:region", "US-TX", id="region"),
        pytest.param({}, "visit:city", "Austin", id="city"),
        pytest.param({}, "event:hostname", "northpeak.example", id="hostname"),
        pytest.param({"referrer_domain": "bing.com"}, "visit:source", "Bing", id="source"),
        pytest.param(
            {"referrer_domain": "a.example", "referrer_path": "/b"},
            "visit:referrer",
            "a.example/b",
            id="referrer",
        ),
        pytest.param({"url_query": "utm_source=letter"}, "visit:utm_source", "letter", id="utm"),
        pytest.param({"url_query": "gclid=1"}, "event:page", "/", id="query-is-no-path"),
    ],
)
def test_columns_become_what_reports_show(
    tmp_path: Path, more: dict[str, Any], dimension: str, value: str
):
    job = brought(tmp_path / "umami.sql", as_pg_dump(tables([event(**more)])))

    assert {value: (1, 1)} == by(job.site, dimension)


def test_events_of_the_cloud_have_what_belongs_to_their_session(tmp_path: Path):
    columns = (*EVENT, "browser", "country")
    content = as_csv(columns, [event(browser="firefox", country="DE")])

    job = brought(tmp_path / "website_event.csv", content)

    assert ({"Firefox": (1, 1)}, {"DE": (1, 1)}) == (
        by(job.site, "visit:browser"),
        by(job.site, "visit:country"),
    )


def test_revenue_is_found_by_the_names_of_two_properties(tmp_path: Path, data: Path):
    rows = [
        datum("e1", "revenue", number_value="12.5000"),
        datum("e1", "currency", string_value="EUR"),
        datum("e1", "plan", string_value="Pro"),
    ]
    sold = event(event_type=2, event_name="Purchase")

    brought(tmp_path / "umami.sql", as_pg_dump(tables([sold], data=rows)))

    events = duckdb.read_parquet(f"{data}/warehouse/v1/events/*.parquet")
    stored = events.select("revenue_amount, revenue_currency, props")
    assert [(Decimal("12.5"), "EUR", {"plan": "Pro"})] == stored.fetchall()


def test_tables_of_the_first_version_are_read(tmp_path: Path):
    lines = [
        "COPY public.session (session_id, website_id, hostname, browser, os) FROM stdin;",
        "7\t1\tnorthpeak.example\tchrome\tMac OS",
        "\\.",
        "COPY public.pageview (view_id, website_id, session_id, created_at, url, referrer)"
        " FROM stdin;",
        "1\t1\t7\t2021-03-10 12:00:00+00\t/a?utm_source=letter\thttps://www.bing.com/x",
        "\\.",
        "COPY public.event (event_id, website_id, session_id, created_at, url, event_name)"
        " FROM stdin;",
        "1\t1\t7\t2021-03-10 12:01:00+00\t/a\tSignup",
        "\\.",
    ]
    job = brought(tmp_path / "umami.sql", "\n".join(lines).encode())

    day = ["2021-03-10", "2021-03-10"]
    assert (1, 1, 1, 2) == totals(job.site, date_range=day)[:4]


def test_links_and_measurements_are_left_out_and_counted(tmp_path: Path):
    events = [event("e1"), event("e2", event_type=3), event("e3", event_type=5)]

    job = brought(tmp_path / "umami.sql", as_pg_dump(tables(events)))

    assert (1, 0) == (job.events, job.refused)
    assert [
        ("Measurements of speed.", 1),
        ("Opened links, which are no visits of a page.", 1),
    ] == job.left_out


def test_damaged_rows_are_refused_by_line(tmp_path: Path):
    rows = as_csv(EVENT, [event("e1"), event("e2", created_at="yesterday")]).decode()

    job = brought(tmp_path / "website_event.csv", f"{rows}too,short\n".encode())

    assert (
        1,
        [
            (3, "Its timestamp is no time such as 2026-03-10T12:00:00Z."),
            (4, "It has 2 cells where the first line has 13."),
        ],
    ) == (job.events, job.refusals)


TWO = tables(
    [event("e1"), event("e2", website_id=OTHER), event("e3", website_id=OTHER)],
    websites=[
        {"website_id": SITE, "name": "Ours", "domain": "northpeak.example"},
        {"website_id": OTHER, "name": "Theirs", "domain": "other.example"},
    ],
)


@pytest.mark.parametrize(
    ("domain", "options", "expected"),
    [
        pytest.param("northpeak.example", {}, 1, id="the-site's-own"),
        pytest.param("northpeak.example", {"website": "other.example"}, 2, id="by-domain"),
        pytest.param("northpeak.example", {"website": "Theirs"}, 2, id="by-name"),
        pytest.param("third.example", {"website": OTHER}, 2, id="by-id"),
    ],
)
def test_one_website_of_several_is_taken(
    tmp_path: Path, domain: str, options: dict[str, str], expected: int
):
    site = SiteFactory(domain=domain)

    job = brought(tmp_path / "umami.sql", as_pg_dump(TWO), site, **options)

    assert expected == job.events


def test_choice_between_websites_is_asked_for(tmp_path: Path):
    with pytest.raises(Undecided, match="several websites") as undecided:
        brought(tmp_path / "umami.sql", as_pg_dump(TWO), SiteFactory(domain="third.example"))

    assert ("website", [OTHER, SITE]) == (
        undecided.value.option,
        [value for value, _ in undecided.value.choices],
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"PGDMP\x01\x0e\n", "--format=plain", id="custom-dump"),
        pytest.param(b"hello\n", "no events of Umami's", id="other"),
        pytest.param(b"", "no events of Umami's", id="empty"),
        pytest.param(as_totals(), "are totals; take the", id="totals"),
    ],
)
def test_file_that_is_no_export_is_refused(tmp_path: Path, content: bytes, sentence: str):
    with pytest.raises(ImportProblem, match=sentence):
        brought(tmp_path / "umami.sql", content)


def test_longer_export_of_another_kind_adds_what_is_new(tmp_path: Path):
    earlier = VISITED | {"website_event": VISITED["website_event"][:3]}
    site = brought(tmp_path / "umami.sql", as_pg_dump(earlier)).site

    job = brought(tmp_path / "export.zip", as_zip(VISITED), site)

    assert (2, 3) == (job.events, job.known)
    assert (2, 3, 4) == totals(site)[:3]
