"""The database that a backup is restored into: whether it is free, and emptying it."""

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
from django.apps import apps
from django.db import connection

from proj.backup.contents import BackupProblem

# Where these have no rows, nothing is lost. Others have rows as soon as tables are made.
TELLING = ("accounts_user", "tracking_site", "tracking_event", "tracking_inboxhit")
MIGRATIONS = "django_migrations"
# Whose tables are ours by their names alone: a newer version may have made some not known here.
PACKAGES = ("tracking", "realtime", "accounts")
ANOTHERS = "The database belongs to another application. Restore into one of Footfall's own."
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
OWN_END = 5.0  # seconds
IN_USE = "Something else uses the database. Stop the server first, all of its processes."


def refuse_in_use() -> None:
    """Raise `BackupProblem` where another process has the database open."""
    connection.close()
    if connection.vendor == "sqlite":
        _refuse_open(Path(connection.settings_dict["NAME"]))
    else:
        _refuse_connected()


def _refuse_connected() -> None:
    # This process's own lines end a moment after they are closed.
    connection.close_pool()
    deadline = time.monotonic() + OWN_END
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as alone:
        while alone.execute(OTHERS).fetchone() != (0,):
            if time.monotonic() > deadline:
                raise BackupProblem(IN_USE)
            time.sleep(0.1)


def _refuse_open(path: Path) -> None:
    if not path.exists():
        return
    probe = sqlite3.connect(path, timeout=0)
    try:
        # Whoever has it open in WAL mode holds a lock that stands against this one.
        probe.execute("PRAGMA locking_mode = EXCLUSIVE")
        probe.execute("BEGIN EXCLUSIVE")
        probe.execute("ROLLBACK")
    except sqlite3.OperationalError:
        raise BackupProblem(IN_USE) from None
    finally:
        probe.close()


def refuse_others() -> None:
    """Raise `BackupProblem` where Django made the tables there for another application."""
    if MIGRATIONS not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT app FROM {MIGRATIONS}")  # noqa: S608
        found = {app for (app,) in cursor.fetchall()}
    if found and not found.intersection(PACKAGES):
        raise BackupProblem(ANOTHERS)


def is_empty() -> bool:
    """Whether nothing is lost with what is there: tables of ours without rows, or of nobody's."""
    names = connection.introspection.table_names()
    telling = [name for name in names if name in TELLING or name not in _own()]
    return not any(map(_has_rows, telling))


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
        return cursor.fetchone() is not None


def to_drop(names: Iterable[str]) -> list[str]:
    """Those of the tables that are this server's: of its models, and of its other versions."""
    packages = tuple(f"{package}_" for package in PACKAGES)
    return [name for name in names if name in _own() or name.startswith(packages)]


def _own() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {MIGRATIONS, *(model._meta.db_table for model in models)}


def empty() -> None:
    """Remove all tables of this server's; with SQLite, the file."""
    if connection.vendor == "sqlite":
        connection.close()
        path = connection.settings_dict["NAME"]
        for end in ("-wal", "-shm", ""):
            Path(f"{path}{end}").unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        for name in to_drop(connection.introspection.table_names()):
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"DROP TABLE IF EXISTS {quoted} CASCADE")
