"""What is stored of one visitor: told, exported, erased."""

import io
import json
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection
from msgspec.json import encode

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, totals, visit
from tracking.ingest.hit import WaitingHit
from tracking.models import Change, Event, InboxHit, QuarantinedHit, Site
from tracking.overwriting import overwrite_deleted
from tracking.privacy.visitor import Stored, erase, stored
from tracking.signals import visits_erased
from tracking.transfer.exporting import export
from tracking.warehouse import engine
from tracking.warehouse.sealing import erase as erasing
from tracking.warehouse.sealing import sums
from tracking.warehouse.sealing.erase import erase_visitor
from tracking.warehouse.sealing.unlink import unlink_removed

pytestmark = pytest.mark.django_db

# Numbers that no other bytes of a small database are.
ADA, BOB = 0x5EC2E7ADA5EC2E70, -0x0B0B5EC2E70B0B1
SETTLED = LATER + timedelta(days=3)


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.DATA = tmp_path
    monkeypatch.setattr(sums, "FEWEST", 1)
    monkeypatch.setattr(sums, "LARGEST_REST", 1)
    engine.close()
    yield tmp_path
    engine.close()


def waits(model: Any, site: Site, visitor: int, before: int | None = None, **more: Any) -> None:
    hit = WaitingHit(0, visitor, before, "pageview", "https://example.com/")
    model.objects.create(site_id=site.pk, payload=encode(hit).decode(), **more)


def payloads(model: Any) -> list[int]:
    return [json.loads(row.payload)["visitor"] for row in model.objects.order_by("pk")]


def exported(site: Site, visitors: list[int], kind: str = "ndjson") -> bytes:
    to = io.BytesIO()
    export(site, to, kind, visitors=visitors)
    return to.getvalue()


def test_everything_of_a_visitor_is_counted_wherever_it_lies():
    site, other = SiteFactory(), SiteFactory()
    visit(site, ["/a", "/b"], visitor=ADA)
    visit(site, ["/a"], visitor=BOB)
    visit(other, ["/a"], visitor=ADA)
    seal(LATER)
    visit(site, ["/c"], start=LATER, visitor=ADA)
    waits(InboxHit, site, ADA)

    last = LATER
    assert Stored(2, 3, 1, NOON, last) == stored(site, [ADA])


@pytest.mark.parametrize("visitors", [[], [ADA]], ids=["no id", "unknown id"])
def test_nothing_is_counted_of_somebody_unknown(visitors):
    site = SiteFactory()
    visit(site, ["/a"], visitor=BOB)

    assert (Stored(), True) == (found := stored(site, visitors), found.is_nothing)


def test_export_has_the_lines_of_the_visitor_alone():
    site = SiteFactory()
    visit(site, ["/a"], visitor=ADA)
    visit(site, ["/b"], visitor=BOB)
    seal(LATER)
    visit(site, ["/c"], start=LATER, visitor=ADA)

    lines = [json.loads(line) for line in exported(site, [ADA]).splitlines()]

    assert [(str(ADA), "/a"), (str(ADA), "/c")] == [(row["visitor"], row["path"]) for row in lines]


def test_export_of_nobody_has_no_line():
    site = SiteFactory()
    visit(site, ["/a"], visitor=BOB)

    assert (b"", 1) == (exported(site, []), len(exported(site, [], "csv").splitlines()))


def test_erased_visitor_is_in_no_table():
    site, other = SiteFactory(), SiteFactory()
    visit(site, ["/a"], visitor=ADA)
    visit(site, ["/b"], visitor=BOB)
    for model, more in ((InboxHit, {}), (QuarantinedHit, {"error": "ValueError"})):
        waits(model, site, ADA, **more)
        waits(model, site, BOB, ADA, **more)
        waits(model, site, BOB, **more)
        waits(model, other, ADA, **more)
        model.objects.create(site_id=site.pk, payload=f'no JSON "visitor":{ADA},', **more)

    erase_visitor(site.pk, [ADA])

    left = [BOB, ADA]
    assert [BOB] == list(Event.objects.values_list("visitor", flat=True))
    for model in (InboxHit, QuarantinedHit):
        model.objects.filter(payload__startswith="no JSON").delete()
        assert left == payloads(model)


def test_visits_that_are_erased_are_announced():
    site = SiteFactory()
    first = visit(site, ["/a"], visitor=ADA)[0].id
    seal(LATER)
    second = visit(site, ["/b"], start=LATER, visitor=ADA)[0].id
    visit(site, ["/c"], start=LATER, visitor=BOB)
    heard: list[tuple] = []

    def hear(site_id: int, visits: set[int], **_kwargs: object) -> None:
        heard.append((site_id, visits))

    visits_erased.connect(hear)
    erase_visitor(site.pk, [ADA])
    visits_erased.disconnect(hear)

    assert [(site.pk, {first, second})] == heard


@pytest.mark.files
def test_erasure_that_breaks_off_is_recorded_announced_and_finished_by_the_next(monkeypatch):
    site = SiteFactory()
    first = visit(site, ["/a"], visitor=ADA)[0].id
    seal(LATER)
    second = visit(site, ["/b"], start=LATER, visitor=ADA)[0].id
    heard: list[set[int]] = []

    def hear(visits: set[int], **_kwargs: object) -> None:
        heard.append(visits)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError("the disk is gone")

    visits_erased.connect(hear)
    with monkeypatch.context() as breaking:
        breaking.setattr(erasing, "rewrite", fail)
        with pytest.raises(OSError, match="the disk"):
            erase(site, [ADA], by=None)
    erase(site, [ADA], by=None)
    visits_erased.disconnect(hear)

    assert ([{first, second}, {first}], Stored()) == (heard, stored(site, [ADA]))
    changes = Change.objects.order_by("pk").values_list("did", "what", "details")
    assert [
        ("deleted", "visitor", {"visits": 2, "events": 2, "waiting": 0}),
        ("deleted", "visitor", {"visits": 1, "events": 1, "waiting": 0}),
    ] == list(changes)


@pytest.mark.files
def test_figures_of_settled_days_are_those_of_the_others_after_an_erasure():
    site = SiteFactory()
    visit(site, ["/a", "/b"], visitor=ADA, source="Google")
    visit(site, ["/a"], visitor=BOB)
    seal(LATER)
    seal(SETTLED)
    before = (totals(site), by(site, "event:page"), by(site, "visit:source"))

    erase_visitor(site.pk, [ADA])

    alone = ((1, 1, 1, 1, 100, 0), {"/a": (1, 1)}, {"Direct / None": (1, 1)})
    assert alone == (totals(site), by(site, "event:page"), by(site, "visit:source"))
    assert (2, 2) == before[0][:2]


@pytest.mark.files
@pytest.mark.django_db(transaction=True)
def test_no_file_holds_a_byte_of_the_number_of_an_erased_visitor(data):
    site = SiteFactory()
    for start in (NOON, LATER):
        visit(site, ["/a", "/b"], start=start, visitor=ADA)
        visit(site, ["/a"], start=start, visitor=BOB)
        seal(start + timedelta(hours=3))
    visit(site, ["/c"], start=SETTLED, visitor=ADA)
    seal(SETTLED)
    waits(InboxHit, site, ADA)
    waits(QuarantinedHit, site, ADA, error="ValueError")
    before = files_with(ADA, data)

    erase_visitor(site.pk, [ADA])
    overwrite_deleted()
    unlink_removed(SETTLED + timedelta(days=9999))

    assert (True, [], True) == (len(before) > 2, files_with(ADA, data), bool(files_with(BOB, data)))


def files_with(visitor: int, data: Path) -> list[str]:
    """The files of database and warehouse that hold a visitor's number, as bytes or as digits."""
    database = Path(connection.settings_dict["NAME"])
    forms = (struct.pack(">q", visitor), struct.pack("<q", visitor), str(visitor).encode())
    found = [
        path.name
        for path in database.parent.iterdir()
        if path.name.startswith(database.name) and any(f in path.read_bytes() for f in forms)
    ]
    for path in data.rglob("*.parquet"):
        columns = duckdb.sql(f"FROM '{path}' LIMIT 0").columns
        if "visitor" not in columns:
            continue
        theirs = f"SELECT 1 FROM '{path}' WHERE visitor = {visitor}"  # noqa: S608
        if duckdb.sql(theirs).fetchall():
            found.append(f"{path.parent.name}/{path.name}")
    return found
