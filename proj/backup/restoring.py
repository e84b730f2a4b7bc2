"""Making a server from a backup."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from proj.backup import contents, sealed, tables, target
from proj.backup.contents import BackupProblem, Contents
from proj.backup.totals import totals
from tracking import warehouse
from tracking.models import EventLog, Import
from tracking.warehouse.sealing.turn import Busy, turn

NOT_EMPTY = (
    "There is data already, in the database or in the warehouse. Restore into an empty place, or"
    " say --replace to delete what is there."
)
NO_FILE = "The server was restored from a backup, which has no files on their way. Send it again."


def restore(folder: Path, replace: bool = False, link: bool = False) -> Contents:
    """Restore into the database and the warehouse of the settings, and look whether it is right.

    `replace` deletes what is there; `link` shares the sealed files with the backup. Broken off,
    it can be begun again with `replace`. Raises `BackupProblem`, before anything is changed if it
    can be known then.
    """
    found = contents.read(folder)
    contents.check_files(folder, found)
    with _turn():
        target.refuse_in_use()
        _refuse_newer(found)
        target.refuse_others()
        if not replace and not (target.is_empty() and sealed.is_empty()):
            raise BackupProblem(NOT_EMPTY)
        target.empty()
        state = _tables_of(found.migrations)
        sealed.put(found, folder, link)
        sealed.remove_all_but({sealed.name_of(file) for file in found.sealed})
        _load(state, found, folder)
    call_command("migrate", verbosity=0, interactive=False)
    EventLog.skip_to_now()
    sealed.check(found)
    sealed.forget_missing_sums(found)
    Import.objects.filter(state__in=Import.UNDER_WAY).update(
        state=Import.State.FAILED, problem=NO_FILE
    )
    check_totals(found)
    if found.secret_key:
        put_key(folder)
    return found


@contextmanager
def _turn() -> Iterator[None]:
    """Nobody seals meanwhile."""
    try:
        with turn():
            yield
    except Busy:
        raise BackupProblem(target.IN_USE) from None


def _refuse_newer(found: Contents) -> None:
    known = MigrationExecutor(None).loader.disk_migrations
    if unknown := [key for key in found.migrations if key not in known]:
        app, name = unknown[0]
        raise BackupProblem(
            f"The backup was made by Footfall {found.version}, which is newer: its migration"
            f" {app} {name} is not known here. Install that version first."
        )


def _tables_of(migrations: list[tuple[str, str]]) -> Apps:
    """Make the tables as these migrations leave them; returns the models that they had then."""
    executor = MigrationExecutor(connection)
    graph, applied = executor.loader.graph, set(migrations)
    last = [
        key
        for key in migrations
        if key in graph.nodes
        and not any(
            child.key in applied and child.key[0] == key[0]
            for child in graph.node_map[key].children
        )
    ]
    executor.migrate(last)
    return executor.loader.project_state(last).apps


def _load(state: Apps, found: Contents, folder: Path) -> None:
    models = {model._meta.db_table: model for model in tables.kept(state)}
    if missing := {table.name for table in found.tables} ^ models.keys():
        raise BackupProblem(f"The backup's tables do not fit its migrations: {min(missing)}.")
    with transaction.atomic():
        for table in found.tables:
            tables.load(models[table.name], folder, table)


def check_totals(found: Contents) -> None:
    """Raise `BackupProblem` unless reports say of each site what they said before."""
    warehouse.close()
    now = totals(found.made_at)
    if wrong := [site for site, figures in found.totals.items() if now.get(site) != figures]:
        raise BackupProblem(
            f"Restored, but reports of {len(wrong)} sites have other figures than before, such as"
            f" of site {wrong[0]}: {now.get(wrong[0])} instead of {found.totals[wrong[0]]}."
        )


def put_key(folder: Path) -> None:
    """Let the backup's secret key be that of the data folder, unless the settings name one."""
    if _keeps_key():
        _key_file().write_bytes((folder / contents.SECRET_KEY).read_bytes())


def has_other_key(folder: Path) -> bool:
    """Whether the backup has a secret key that the server will not use."""
    key = _key_file().read_text() if _keeps_key() else settings.SECRET_KEY
    return (folder / contents.SECRET_KEY).read_text() != key


def _keeps_key() -> bool:
    """Whether the server's key is the one in the data folder."""
    named = any(os.environ.get(f"FOOTFALL_SECRET_KEY{end}") for end in ("", "_FILE"))
    return _key_file().exists() and not named


def _key_file() -> Path:
    return settings.DATA / contents.SECRET_KEY
