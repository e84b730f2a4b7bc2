"""Which SQLite engine the process uses."""

import sqlite3
import sys

# Engines from 3.7.0 to 3.51.2 can corrupt a WAL database that several connections write.
FIXED_VERSION = (3, 51, 3)


def use_fixed_engine() -> None:
    """Put the engine bundled with pysqlite3 in the place of an older standard one.

    Must run before anything imports `sqlite3`; without the wheel nothing changes, and a system
    check warns.
    """
    if sqlite3.sqlite_version_info >= FIXED_VERSION:
        return
    try:
        import pysqlite3
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
