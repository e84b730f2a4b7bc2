"""Restoring a backup into a place of its own, to see whether it can be."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from proj.backup.contents import BackupProblem

# Settings lead to the running server's data, or tell others of what happens here. So none is handed
# on, whoever adds one later, but these, which bound what the trial takes.
SETTINGS = ("FOOTFALL_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SENTRY_")
HARMLESS = ("FOOTFALL_QUERY_MEMORY", "FOOTFALL_QUERY_THREADS")


def try_out(folder: Path) -> None:
    """Restore it into SQLite and files beside it, look whether it is right, and remove these.

    Raises `BackupProblem` where it is not. The running server is not touched.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise BackupProblem(f"{folder} is no folder.")
    with TemporaryDirectory(prefix=".trial-", dir=folder.parent) as data:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(HARMLESS) or not name.startswith(SETTINGS)
        }
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", "restore", str(folder), "--link"],
            cwd=settings.BASE_DIR,
            env={**environment, "FOOTFALL_DATA": data},
            capture_output=True,
            text=True,
        )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["It could not be restored."]
        raise BackupProblem(said[-1].removeprefix("CommandError: "))
