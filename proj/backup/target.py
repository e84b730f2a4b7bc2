"""The database that a backup is restored into: whether it is free, and emptying it."""

import sqlite3
import time
from pathlib import Path

import psycopg
from django.apps import apps
from django.db import connection

from proj.backup.contents import BackupProblem

# Where these have no rows, nothing is lost. Others have rows as soon as tables are made.
TELLING = ("accounts_user", "tracking_site", "tracking_event", "tracking_inboxhit")
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


def is_empty() -> bool:
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in there.intersection(TELLING):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return False
    return True


def empty() -> None:
    """Remove all tables of this server's, also of versions before and after this one."""
    if connection.vendor == "sqlite":
        connection.close()
        path = connection.settings_dict["NAME"]
        for end in ("-wal", "-shm", ""):
            Path(f"{path}{end}").unlink(missing_ok=True)
        return
    labels = tuple(f"{config.label}_" for config in apps.get_app_configs())
    names = connection.introspection.table_names()
    own = [name for name in names if name.startswith((*labels, "django_"))]
    with connection.cursor() as cursor:
        for name in own:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"DROP TABLE IF EXISTS {quoted} CASCADE")
