"""A backup is whole or not there, and shares with the one before what has not changed."""

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from proj.backup import making, sealed
from proj.backup.contents import BackupProblem, check_files, read
from proj.backup.making import backups, make
from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, seal, visit
from tracking.locks import alone
from tracking.models import Event, FileSalts, Salt, Site, TaskRun
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.unlink import unlink_removed

pytestmark = pytest.mark.django_db(transaction=True)


def sealed_visit(site: Site) -> None:
    visit(site, ["/", "/about"])
    seal(LATER)


def test_backup_has_rows_sealed_files_and_totals(tmp_path):
    site = SiteFactory()
    sealed_visit(site)
    visit(site, ["/hot"])

    folder, made = make(tmp_path / "to")

    assert made == read(folder)
    check_files(folder, made)
    rows = {table.name: table.rows for table in made.tables}
    assert (1, 1, 1) == (
        rows["tracking_event"],
        rows["tracking_site"],
        rows["tracking_sealedsegment"],
    )
    assert {str(site.pk): [2, 2, 3, 3, 50, 30]} == made.totals
    assert {"events", "visits"} <= {sealed.kind_of(file) for file in made.sealed}
    assert TaskRun.objects.get(name="backup").ran_at == made.made_at


def test_backup_is_for_its_owner_alone(tmp_path):
    sealed_visit(SiteFactory())

    folder, _ = make(tmp_path / "to")

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("to/**/*")}
    assert {0o600, 0o700} == modes
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)


def test_secret_key_is_kept_only_where_it_is_asked_for(tmp_path, settings):
    without, _ = make(tmp_path / "to")
    with_key, made = make(tmp_path / "to", with_key=True)

    assert not (without / "secret_key").exists()
    assert settings.SECRET_KEY == (with_key / made.secret_key.path).read_text()


def test_sealed_files_of_the_backup_before_are_shared(tmp_path):
    site = SiteFactory()
    sealed_visit(site)
    first, before = make(tmp_path / "to")
    second, after = make(tmp_path / "to")

    assert before.sealed == after.sealed != []
    for file in after.sealed:
        assert os.path.samefile(first / file.path, second / file.path)
        assert 2 == (second / file.path).stat().st_nlink


@pytest.mark.parametrize(
    "rot", [lambda raw: raw[:-1], lambda raw: b"x" + raw[1:]], ids=["was cut", "lost a byte"]
)
def test_sealed_files_are_copied_anew_where_the_shared_one_rotted(tmp_path, rot):
    sealed_visit(SiteFactory())
    first, before = make(tmp_path / "to")
    shared = first / before.sealed[0].path
    shared.write_bytes(rot(shared.read_bytes()))

    second, after = make(tmp_path / "to")

    check_files(second, after)


def test_segments_replaced_while_they_are_copied_stay_until_then(tmp_path, monkeypatch):
    site = SiteFactory()
    sealed_visit(site)
    keep = sealed.keep

    def replaced_meanwhile(*given):
        Event.objects.filter(site_id=site.pk).delete()
        making.live().update(removed_at=LATER)
        unlink_removed(LATER.replace(year=LATER.year + 1))
        return keep(*given)

    monkeypatch.setattr(sealed, "keep", replaced_meanwhile)
    folder, made = make(tmp_path / "to")

    check_files(folder, made)
    assert {"events", "visits"} <= {sealed.kind_of(file) for file in made.sealed}


def test_what_is_written_meanwhile_is_not_in_it(tmp_path, monkeypatch):
    """From another connection, as the server does; neither waits for the other."""
    site = SiteFactory()
    visit(site, ["/before"])
    write = making.tables.write
    written = []

    def with_news(model, folder):
        if not written:
            written.append(write(model, folder))
            in_another_connection(site)
            return written[0]
        return write(model, folder)

    monkeypatch.setattr(making.tables, "write", with_news)
    _, made = make(tmp_path / "to")

    assert 1 == next(table.rows for table in made.tables if table.name == "tracking_event")
    assert 2 == Event.objects.count()


def in_another_connection(site: Site) -> None:
    def insert() -> None:
        visit(site, ["/meanwhile"])
        connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(insert).result()


def test_keys_that_end_are_not_in_it(tmp_path):
    Salt.objects.create(day=LATER.date(), key=bytes(32))
    FileSalts(SiteFactory()).key(LATER.date())

    _, made = make(tmp_path / "to")

    ending = {"tracking_salt", "tracking_visitorkey", "tracking_filesalt", "django_session"}
    assert not ending & {table.name for table in made.tables}


def test_all_but_the_latest_are_removed(tmp_path):
    made = [make(tmp_path / "to", keep=2)[0] for _ in range(4)]

    assert made[2:] == backups(tmp_path / "to")
    assert {"rows"} == {path.name for path in made[3].iterdir() if path.is_dir()}


def test_what_was_broken_off_is_removed_with_the_next(tmp_path):
    left = tmp_path / "to" / f"{making.UNFINISHED}2026"
    left.mkdir(parents=True)

    folder, _ = make(tmp_path / "to")

    assert [folder.name] == [path.name for path in (tmp_path / "to").iterdir() if path.is_dir()]


def test_full_disk_leaves_nothing_and_is_said(tmp_path, monkeypatch):
    earlier, _ = make(tmp_path / "to")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("proj.backup.sealed.keep", full)

    with pytest.raises(CommandError, match="There is no room on the disk"):
        call_command("backup", to=tmp_path / "to")
    assert [earlier.name] == [path.name for path in (tmp_path / "to").iterdir() if path.is_dir()]


def test_sealed_file_that_is_missing_is_said(tmp_path):
    sealed_visit(SiteFactory())
    lost = next(files.folder().glob("events/*.parquet"))
    lost.rename(lost.with_suffix(".lost"))

    with pytest.raises(BackupProblem, match=f"{lost} is missing"):
        make(tmp_path / "to")
    assert [] == backups(tmp_path / "to")


def test_data_folder_takes_no_backup(settings):
    with pytest.raises(BackupProblem, match="lies in the data folder"):
        make(settings.DATA / "backups")

    assert not (settings.DATA / "backups").exists()


def test_two_at_once_are_refused(tmp_path):
    with alone(tmp_path / "to" / ".lock"), pytest.raises(BackupProblem, match="Another backup"):
        make(tmp_path / "to")


def test_command_says_what_is_in_it(tmp_path):
    said = StringIO()
    call_command("backup", to=tmp_path / "to", stdout=said)

    [folder] = backups(tmp_path / "to")
    rows = sum(
        table["rows"] for table in json.loads((folder / "backup.json").read_text())["tables"]
    )
    assert f"{folder}: {rows:,} rows, 0 sealed files" in said.getvalue()
    assert "The secret key is not in it" in said.getvalue()
