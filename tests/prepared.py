"""Servers that have people and sites before they start, for tests in which these are only needed.

`python -m tests.prepared` makes them in the database of the environment it is started with.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypeVar

from tests.server import ROOT, Server

OWNER = "owner@example.com"  # the server's admin, whose all SITES are
OUTSIDER = "other@example.com"  # who sees none of them
PASSWORD = "a long walk by the river"
SITES = ("example.com", "other.example", "site.example")
# The names that site.example had where it was before.
UMAMI_WEBSITE = "b59e9c65-ae32-47f1-8400-119fcf4861c4"
MATOMO_NUMBER = "5"

AnyServer = TypeVar("AnyServer", bound=Server)


def prepared(server: AnyServer) -> AnyServer:
    """The server, which was not started yet, with OWNER, OUTSIDER and SITES."""
    if "DATABASE_URL" in server.environment:
        make(server)
    else:
        shutil.copytree(data_folder(), server.data, dirs_exist_ok=True)
    return server


def data_folder() -> Path:
    """A data folder with all of them, made once for the processes of a test run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"footfall-prepared-{run}"
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = folder.with_suffix(".new")
            make(Server(new))
            new.rename(folder)
    return folder


def make(server: Server) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.prepared"], cwd=ROOT, env=server.environment, check=True
    )


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
    django.setup()
    from django.core.management import call_command

    from dashboard.accounts.models import User
    from dashboard.accounts.setup import make_first_owner, vouch_for
    from tracking.models import SiteAlias
    from tracking.site_creation import create_site

    call_command("migrate", verbosity=0)
    owner, outsider = (User(email=email) for email in (OWNER, OUTSIDER))
    owner.set_password(PASSWORD)
    outsider.password = owner.password
    owner.save()
    outsider.save()
    vouch_for(owner)
    vouch_for(outsider)
    make_first_owner(owner)
    sites = {domain: create_site(domain) for domain in SITES}
    for name in (UMAMI_WEBSITE, MATOMO_NUMBER):
        SiteAlias.objects.create(site=sites["site.example"], name=name)


if __name__ == "__main__":
    main()
