"""Rows as files: what is written comes back as it was, and what must not be kept is not written."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from proj.backup import tables
from proj.backup.contents import BackupProblem
from tests.factories import EventFactory, SiteFactory
from tracking.models import Event, Goal, LedgerEntry, OwnIdKey, Site

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 12, 0, 0, 123_456, tzinfo=UTC)


def rows_of(model):
    return list(model._base_manager.order_by("pk").values())


def make_site_with_goal():
    site = SiteFactory(domain="ünïcode.example")
    Goal.objects.create(site=site, event_name="Signup", props={"plan": 'a "b"\nc'})
    OwnIdKey.objects.create(site=site, key=bytes(range(32)))
    return site


def make_event():
    EventFactory(
        time=NOON,
        title="with\nlines, 'quotes' and 日本",
        props='{"a": "b"}',
        revenue_amount=Decimal("12345678901234.567"),
        visitor=-(2**63),
        scroll_depth=None,
    )


@pytest.mark.parametrize(
    ("model", "make"),
    [
        pytest.param(Event, make_event, id="texts, times, amounts and nothing"),
        pytest.param(Goal, make_site_with_goal, id="JSON"),
        pytest.param(OwnIdKey, make_site_with_goal, id="bytes"),
        pytest.param(Site, make_site_with_goal, id="choices"),
    ],
)
def test_rows_come_back_as_they_were(tmp_path, model, make):
    make()
    before = rows_of(model)
    table = tables.write(model, tmp_path)

    tables.load(model, tmp_path, table)

    assert [tidy(row) for row in before] == [tidy(row) for row in rows_of(model)]
    assert len(before) == table.rows > 0


def tidy(row):
    return {
        key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()
    }


def test_rows_that_came_since_are_gone_after_loading(tmp_path):
    EventFactory(path="/before")
    table = tables.write(Event, tmp_path)
    Event.objects.update(path="/changed")
    EventFactory(path="/since")

    tables.load(Event, tmp_path, table)

    assert ["/before"] == list(Event.objects.values_list("path", flat=True))


def test_ids_of_rows_deleted_before_the_backup_are_not_given_again(tmp_path):
    ledger = {"site_id": 1, "accepted_at": NOON}
    last = LedgerEntry.objects.create(hit_id="a", **ledger).pk
    LedgerEntry.objects.all().delete()
    table = tables.write(LedgerEntry, tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'tracking_ledgerentry'")

    tables.load(LedgerEntry, tmp_path, table)

    assert last + 1 == LedgerEntry.objects.create(hit_id="b", **ledger).pk


def test_rows_that_are_missing_are_noticed(tmp_path):
    EventFactory.create_batch(2)
    table = tables.write(Event, tmp_path)
    file = tmp_path / table.file.path
    file.write_bytes(gzip.compress(b"\n".join(gzip.decompress(file.read_bytes()).split(b"\n")[:2])))

    with pytest.raises(BackupProblem, match="tracking_event has 1 rows, and had 2"):
        tables.load(Event, tmp_path, table)


def test_value_without_a_form_is_refused(tmp_path, monkeypatch):
    EventFactory()
    monkeypatch.setattr(Event._meta.get_field("path"), "from_db_value", lambda *_: object(), False)

    with pytest.raises(TypeError, match="not JSON serializable"):
        tables.write(Event, tmp_path)


def test_all_tables_are_kept_but_those_with_a_reason():
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    assert every - set(tables.LEFT_OUT) == {model._meta.db_table for model in tables.kept(apps)}
    assert set(tables.LEFT_OUT) <= every
