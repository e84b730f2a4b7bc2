"""DuckDB databases in memory, within the bounds that the server's settings give them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from tracking.warehouse.sealing import files


def open_reader() -> duckdb.DuckDBPyConnection:
    """A database with an empty, compressed `hot` beside it, which reads sealed files and no other.

    It can neither write files nor change its settings, whatever a statement says.
    """
    connection = _open("queries")
    # Only an attached database can be compressed in memory: twenty times smaller, faster to scan.
    connection.execute("ATTACH ':memory:' AS hot (COMPRESS)")
    # Sealed files never change, so what was read of their footers stays true.
    connection.execute("SET parquet_metadata_cache = true")
    folder = str(files.folder()).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{folder}/']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


@contextmanager
def writer(purpose: str = "sealing", at: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for the time of a piece of work that writes files.

    Each that a process has at one time needs a purpose of its own. `at` is the database's file;
    without it, it is in memory.
    """
    connection = _open(purpose, at)
    try:
        yield connection
    finally:
        connection.close()


def _open(purpose: str, at: Path | None = None) -> duckdb.DuckDBPyConnection:
    # DuckDB makes its own folder, where memory does not suffice, but not the one around it.
    spill = settings.DATA / "temp"
    spill.mkdir(parents=True, exist_ok=True)
    return duckdb.connect(
        at or ":memory:",
        config={
            "memory_limit": settings.QUERY_MEMORY,
            "threads": settings.QUERY_THREADS,
            # Each process has its own: the names of the files inside are the same in all.
            "temp_directory": str(spill / f"{purpose}-{os.getpid()}"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
