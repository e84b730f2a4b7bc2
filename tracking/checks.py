"""What `manage.py check` says about this server."""

import sqlite3
from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import connection

SAFE_SQLITE = (3, 51, 3)


@register()
def sqlite_engine(**_kwargs: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite" or sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} can corrupt a database with several writers.",
            hint="Install the pysqlite3 wheel, or set DATABASE_URL to a PostgreSQL server.",
            id="tracking.W001",
        )
    ]
