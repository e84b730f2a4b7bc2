"""Deleting bytes, where a database would only forget where they are."""

from contextlib import suppress

from django.db import OperationalError, connection

# Of the secrets under which visitor ids are hashed; small, and seldom read.
SECRETS = ("tracking_salt", "tracking_visitorkey", "tracking_ownidkey", "tracking_filesalt")


def overwrite_deleted() -> None:
    """Let the database's own files no longer hold what was deleted, as far as they can be told to.

    Readers at work put it off to the next run.
    """
    if connection.in_atomic_block:
        return
    if connection.vendor == "sqlite":
        empty_log()
    else:
        rewrite_secrets()


def empty_log() -> None:
    """With SQLite, carry deletions from the write-ahead log into the file, and empty the log.

    Until then both still hold the bytes of an old salt. Writers wait while it looks for readers, so
    it looks once.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # The next connection waits for locks again.
    connection.close()


def rewrite_secrets() -> None:
    """With PostgreSQL, write the tables of secrets into new files: rows deleted stay in the old.

    Its own write-ahead log holds them until it is recycled; `docs/privacy.md` says so.
    """
    with connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("SET lock_timeout = '1s'")
        try:
            cursor.execute(f"VACUUM (FULL) {', '.join(SECRETS)}")
        finally:
            cursor.execute("RESET lock_timeout")
