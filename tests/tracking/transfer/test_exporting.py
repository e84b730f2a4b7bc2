"""What is in the file of an export."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import CommandError, call_command

from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, noted, seal, visit
from tracking.models import Event, Site
from tracking.transfer.exporting import export
from tracking.transfer.fields import FIELDS

pytestmark = pytest.mark.django_db


def exported(site: Site, kind: str = "ndjson") -> bytes:
    to = io.BytesIO()
    export(site, to, kind)
    return to.getvalue()


def lines(site: Site) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(site).splitlines()]


def purchase(site: Site) -> Event:
    event = EventFactory(
        site=site,
        time=datetime(2026, 3, 10, 12, 0, 0, 250_000, UTC),
        name="Purchase",
        path="/shop/Müller & Söhne?a=1",
        source="Google",
        country="DE",
        props='{"plan": "pro"}',
        revenue_amount="12.5",
        revenue_currency="EUR",
    )
    noted([event])
    return event


def test_line_has_all_fields_of_an_event():
    event = purchase(SiteFactory(pk=7))

    (line,) = lines(Site(pk=7))

    blank = dict.fromkeys(FIELDS, "")
    known = {
        "timestamp": "2026-03-10T12:00:00.250000Z",
        "visitor": str(event.visitor),
        "visit": str(event.id),
        "sequence": event.id,
        "name": "Purchase",
        "url": "https://example.com/shop/M%C3%BCller%20&%20S%C3%B6hne?a=1",
        "hostname": "example.com",
        "path": "/shop/Müller & Söhne?a=1",
        "source": "Google",
        "country": "DE",
        "props": {"plan": "pro"},
        "revenue_amount": 12.5,
        "revenue_currency": "EUR",
        "interactive": True,
        "scroll_depth": None,
        "engaged_ms": None,
    }
    assert blank | known == line


def test_csv_has_the_fields_in_its_first_line():
    site = SiteFactory()
    purchase(site)

    header, row = csv.reader(io.StringIO(exported(site, "csv").decode()))

    assert (list(FIELDS), '{"plan":"pro"}') == (header, row[FIELDS.index("props")])


def test_parquet_is_read_by_duckdb(tmp_path: Path):
    site = SiteFactory()
    event = purchase(site)
    file = tmp_path / "events.parquet"
    file.write_bytes(exported(site, "parquet"))

    rows = duckdb.read_parquet(str(file)).select("sequence, name, props").fetchall()

    assert [(event.id, "Purchase", {"plan": "pro"})] == rows


@pytest.mark.parametrize(
    ("event", "flags"),
    [
        pytest.param({"flags": "bot"}, ("bot", True), id="bot"),
        pytest.param(
            {"flags": "no_visitor", "visit": 0, "visitor": 0}, ("no_visitor", False), id="unknown"
        ),
    ],
)
def test_flags_and_visitor_tell_what_is_apart(event: dict, flags: tuple):
    site = SiteFactory()
    noted([EventFactory(site=site, **event)])

    (line,) = lines(site)

    assert flags == (line["flags"], bool(line["visitor"]))


def test_hot_and_sealed_events_of_the_site_come_in_order_of_time():
    site = SiteFactory()
    visit(site, ["/sealed", "/too"], start=NOON)
    visit(site, ["/hot"], start=LATER - timedelta(minutes=5))
    visit(SiteFactory(), ["/other"])
    seal(LATER)
    visit(site, ["/late"], start=NOON + timedelta(seconds=30))

    assert ["/sealed", "/late", "/too", "/hot"] == [line["path"] for line in lines(site)]


def test_site_without_events_gives_an_empty_file():
    assert b"" == exported(SiteFactory())


def test_command_writes_days_of_the_site_into_a_file_by_its_ending(tmp_path: Path):
    site = SiteFactory(domain="a.example", timezone="Europe/Berlin")
    for day, hour in ((9, 22), (9, 23), (10, 22), (10, 23)):
        visit(site, [f"/{day}-{hour}"], start=datetime(2026, 3, day, hour, tzinfo=UTC))
    file = tmp_path / "events.csv"

    call_command(
        "events_export",
        "a.example",
        str(file),
        "--from=2026-03-10",
        "--to=2026-03-10",
        stderr=io.StringIO(),
    )

    rows = list(csv.DictReader(file.open()))
    assert ["/9-23", "/10-22"] == [row["path"] for row in rows]
    assert ["events.csv"] == [each.name for each in tmp_path.glob("events*")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nobody.example"], "There is no site nobody.example.", id="site"),
        pytest.param(
            ["a.example", "--from=2026-03-02", "--to=2026-03-01"],
            "The days are not understood: the last day lies before the first.",
            id="days",
        ),
        pytest.param(
            ["a.example", "/nowhere/events.csv"],
            "/nowhere/events.csv cannot be written: No such file or directory.",
            id="folder",
        ),
    ],
)
def test_command_says_what_is_in_the_way(arguments: list[str], sentence: str):
    SiteFactory(domain="a.example")

    with pytest.raises(CommandError, match=sentence):
        call_command("events_export", *arguments)
