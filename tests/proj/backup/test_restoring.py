"""A server made from a backup answers as the one before did, or a sentence says why not."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from proj.backup.contents import BackupProblem, read
from proj.backup.making import make
from proj.backup.restoring import check_totals, has_other_key, put_key
from proj.backup.tables import kept
from proj.backup.target import is_empty, to_drop
from proj.backup.trial import try_out
from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, totals, visit
from tracking.enrich.log import take_ids
from tracking.locks import alone
from tracking.models import Change, Event, Import, InboxHit, Purge, Salt, Site
from tracking.warehouse import engine
from tracking.warehouse.sealing import files

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Backup:
    """One of a site with sealed visits and a hot one, and what reports said of it."""

    folder: Path
    site: Site
    answers: tuple

    def change(self, edit: Any) -> None:
        """Change what it says of itself."""
        file = self.folder / "backup.json"
        contents = json.loads(file.read_text())
        edit(contents)
        file.write_text(json.dumps(contents))


def answers(site: Site) -> tuple:
    return totals(site), by(site, "event:page"), by(site, "time:day")


@pytest.fixture
def backup(tmp_path: Path) -> Backup:
    site = SiteFactory()
    for day in range(3):
        visit(site, ["/", "/a"], start=NOON + timedelta(days=day))
        seal(LATER + timedelta(days=day))
    visit(site, ["/hot"], start=NOON + timedelta(days=5))
    InboxHit.objects.create(site_id=site.pk, payload="{}")
    Import.objects.create(site=site, file_name="on-its-way.csv")
    Salt.objects.create(day=NOON.date(), key=bytes(32))
    return Backup(make(tmp_path / "to")[0], site, answers(site))


@pytest.fixture
def elsewhere(backup: Backup, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The settings name another data folder, which is empty, and a database there."""
    engine.close()
    connection.close()
    before = connection.settings_dict["NAME"]
    settings.DATA = tmp_path / "elsewhere"
    settings.DATA.mkdir()
    connection.settings_dict["NAME"] = str(settings.DATA / "footfall.sqlite3")
    yield settings.DATA
    engine.close()
    connection.close()
    connection.settings_dict["NAME"] = before


def restore(backup: Backup, **options: Any) -> str:
    said = StringIO()
    call_command("restore", backup.folder, stdout=said, **options)
    return said.getvalue()


def resealed(backup: Backup, table: str, lines: list[list]) -> dict:
    """Write rows of a table anew; returns what the backup says of them."""
    raw = gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    path = f"rows/{table}.jsonl.gz"
    (backup.folder / path).write_bytes(raw)
    file = {"path": path, "size": len(raw), "sha256": sha256(raw).hexdigest()}
    return {"name": table, "rows": len(lines) - 1, "file": file, "last_id": None}


@pytest.mark.costly
def test_restored_server_answers_as_before(backup, elsewhere):
    said = restore(backup)

    assert backup.answers == answers(backup.site)
    assert (1, 1, 0) == (Event.objects.count(), InboxHit.objects.count(), Salt.objects.count())
    assert "1 sites as before" in said
    # The file that was on its way is in no backup.
    assert ["failed"] == list(Import.objects.values_list("state", flat=True))
    # Sealing goes on where it was.
    seal(LATER + timedelta(days=9))
    assert (0, backup.answers) == (Event.objects.count(), answers(backup.site))


@pytest.mark.costly
def test_id_that_was_given_after_the_backup_is_not_given_again(backup, elsewhere):
    restore(backup)
    with transaction.atomic():
        lost = take_ids(1000)

    restore(backup, replace=True)

    with transaction.atomic():
        assert lost + 999 < take_ids(1)


@pytest.mark.costly
def test_what_is_there_is_replaced_only_where_that_is_said(backup, elsewhere):
    with closing(sqlite3.connect(elsewhere / "footfall.sqlite3")) as other, other:
        other.execute("CREATE TABLE tracking_site (id, domain)")
        other.execute("INSERT INTO tracking_site VALUES (1, 'other.example')")
    stray = files.path("events", "2026-03-01-stray")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    with pytest.raises(CommandError, match="There is data already"):
        restore(backup)

    restore(backup, replace=True)

    assert (backup.answers, backup.site.domain) == (answers(backup.site), Site.objects.get().domain)
    assert not stray.exists()


@pytest.mark.costly
def test_older_backup_is_migrated(backup, elsewhere):
    """As made before purges and pauses were known."""
    loader = MigrationExecutor(None).loader
    known = [
        key
        for key in loader.graph.nodes
        if ("tracking", "0022_pauses_and_purges") not in loader.graph.forwards_plan(key)
    ]
    models = {model._meta.db_table: model for model in kept(loader.project_state(known).apps)}

    def before(contents: dict) -> None:
        contents["migrations"] = [each for each in contents["migrations"] if tuple(each) in known]
        contents["tables"] = [
            cut(backup, table, {field.column for field in models[table["name"]]._meta.fields})
            for table in contents["tables"]
            if table["name"] in models
        ]

    backup.change(before)

    restore(backup)

    assert (backup.answers, False, 0, 0) == (
        answers(backup.site),
        Site.objects.get().paused,
        Purge.objects.count(),
        Change.objects.count(),
    )


def cut(backup: Backup, table: dict, columns: set[str]) -> dict:
    """The table with those of its columns alone."""
    first, *rows = lines_of(backup, table["name"])
    if set(first) == columns:
        return table
    places = [place for place, name in enumerate(first) if name in columns]
    return resealed(
        backup, table["name"], [[row[place] for place in places] for row in (first, *rows)]
    )


def lines_of(backup: Backup, table: str) -> list[list]:
    with gzip.open(backup.folder / "rows" / f"{table}.jsonl.gz") as file:
        return [json.loads(line) for line in file]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        pytest.param(
            lambda contents: contents["migrations"].append(["tracking", "9999_tomorrow"]),
            "its migration tracking 9999_tomorrow is not known here",
            id="newer",
        ),
        pytest.param(
            lambda contents: contents.update(format=2), "in a form not known here", id="other form"
        ),
        pytest.param(lambda contents: contents.pop("tables"), "is damaged", id="damaged"),
    ],
)
def test_backup_that_is_not_understood_changes_nothing(backup, elsewhere, edit, sentence):
    backup.change(edit)

    with pytest.raises(CommandError, match=sentence):
        restore(backup)
    assert not (elsewhere / "footfall.sqlite3").exists()


@pytest.mark.parametrize("kind", ["rows/tracking_event*", "warehouse/v1/visits/*"])
def test_changed_file_is_noticed_before_anything_is_changed(backup, elsewhere, kind):
    file = next(backup.folder.glob(kind))
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    with pytest.raises(CommandError, match=f"{file} was changed"):
        restore(backup)
    assert not (elsewhere / "footfall.sqlite3").exists()


def test_rows_of_another_application_are_not_taken_for_ours(elsewhere):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE account_balance (amount int)")
        assert is_empty()
        cursor.execute("INSERT INTO account_balance VALUES (1)")

    assert not is_empty()


def test_database_of_another_server_is_not_even_replaced(backup, elsewhere):
    with closing(sqlite3.connect(elsewhere / "footfall.sqlite3")) as other, other:
        other.execute("CREATE TABLE django_migrations (app, name)")
        other.execute("INSERT INTO django_migrations VALUES ('shop', '0001_initial')")
        other.commit()

        with pytest.raises(CommandError, match="belongs to another application"):
            restore(backup, replace=True)

        assert [("shop",)] == other.execute("SELECT app FROM django_migrations").fetchall()


def test_tables_of_this_server_alone_are_dropped():
    ours = ["accounts_user", "django_migrations", "django_session", "tracking_salt"]
    newer = ["tracking_tomorrow"]
    others = ["account_balance", "auth_token", "django_shop", "invoice"]

    assert [*ours, *newer] == to_drop([*ours, *newer, *others])


def test_server_that_runs_is_not_restored_over(backup, elsewhere):
    running = sqlite3.connect(elsewhere / "footfall.sqlite3")
    running.execute("PRAGMA journal_mode = WAL")
    running.execute("CREATE TABLE a (b)")

    with pytest.raises(CommandError, match="Stop the server first"):
        restore(backup, replace=True)
    running.close()


def test_warehouse_that_is_being_sealed_is_not_restored_over(backup, elsewhere):
    with (
        alone(files.folder() / "being-written"),
        pytest.raises(CommandError, match="Stop the server first"),
    ):
        restore(backup)


@pytest.mark.costly
def test_backup_can_be_tried_out_beside_the_server(backup, monkeypatch):
    for name, value in {
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "FOOTFALL_FEED_REDIS": "redis://127.0.0.1:9/1",
        "FOOTFALL_WAREHOUSE": "clickhouse://127.0.0.1:9/nowhere",
    }.items():
        monkeypatch.setenv(name, value)

    try_out(backup.folder)

    assert [backup.folder.name] == [
        path.name for path in backup.folder.parent.iterdir() if path.is_dir()
    ]


def test_figures_that_differ_are_said(backup):
    site = str(backup.site.pk)
    backup.change(lambda contents: contents["totals"][site].__setitem__(0, 99))

    with pytest.raises(BackupProblem, match=f"such as of site {site}"):
        check_totals(read(backup.folder))


def test_trial_that_fails_says_why(backup):
    backup.change(lambda contents: contents.update(format=2))

    with pytest.raises(CommandError, match="in a form not known here"):
        call_command("backup", verify=backup.folder)


@pytest.mark.parametrize(
    ("of_settings", "becomes"),
    [("", "of the backup"), ("of the settings", "made at the start")],
    ids=["kept in the data folder", "in the settings"],
)
def test_key_of_the_backup_becomes_the_servers_unless_settings_name_one(
    backup, elsewhere, monkeypatch, of_settings, becomes
):
    monkeypatch.setenv("FOOTFALL_SECRET_KEY", of_settings)
    (elsewhere / "secret_key").write_text("made at the start")
    (backup.folder / "secret_key").write_text("of the backup")

    put_key(backup.folder)

    assert becomes == (elsewhere / "secret_key").read_text()
    assert bool(of_settings) == has_other_key(backup.folder)
