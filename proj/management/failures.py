"""What may go wrong in commands about backups, in words that say what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error

from proj.backup.contents import BackupProblem

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def in_sentences(place: Path | None) -> Iterator[None]:
    """Turn failures of work on that place into a `CommandError`."""
    _refuse_stranger()
    try:
        yield
    except BackupProblem as problem:
        raise CommandError(str(problem)) from None
    except OSError as error:
        if error.errno in FULL:
            raise CommandError("There is no room on the disk. Nothing was left behind.") from None
        raise CommandError(f"{error.filename or place}: {error.strerror}.") from None
    except Error as error:
        raise CommandError(f"The database fails: {str(error).strip()}") from None


def _refuse_stranger() -> None:
    """Files that root makes could not be written by the server."""
    owner = settings.DATA.stat().st_uid
    if os.geteuid() != owner:
        raise CommandError(
            f"Run this as the user whose {settings.DATA} is (number {owner}), such as with"
            " runuser -u footfall."
        )
