"""Restoring a backup into a place of its own, to see whether it can be."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from proj.backup.contents import BackupProblem

# What leads to the running server's data, or tells others of what happens here.
NOT_HERE = (
    *("DATABASE_URL", "REDIS_URL", "FOOTFALL_DATA", "FOOTFALL_WAREHOUSE"),
    *("FOOTFALL_CLICKHOUSE_CLUSTER", "FOOTFALL_ERROR_LOG", "SENTRY_DSN"),
)


def try_out(folder: Path) -> None:
    """Restore it into SQLite and files beside it, look whether it is right, and remove these.

    Raises `BackupProblem` where it is not. The running server is not touched.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise BackupProblem(f"{folder} is no folder.")
    with TemporaryDirectory(prefix=".trial-", dir=folder.parent) as data:
        without = {f"{name}{end}" for name in NOT_HERE for end in ("", "_FILE")}
        environment = {name: value for name, value in os.environ.items() if name not in without}
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
