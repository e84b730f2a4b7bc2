"""Checks that only somebody on the machine can make, or that take too long for a page."""

import os
import re
import stat
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection

from proj.status import clock
from proj.status.finding import Check, Finding, bad, ok

SETTINGS_FILE = Path("/etc/footfall/footfall.env")
SETTING_IN_FILE = re.compile(r"(FOOTFALL_\w+|DATABASE_URL|REDIS_URL|EMAIL_URL|SENTRY_DSN)_FILE")
OTHERS = stat.S_IRWXO
# In a container, whose only user is the server's; the modes are those of the machine's files.
MOUNTED = Path("/run/secrets")


def secrets(_now: datetime) -> Finding:
    """Who may read what is secret: the data folder, the key in it, and files of settings."""
    own = (settings.DATA, settings.DATA / "secret_key", SETTINGS_FILE)
    paths = (*own, *files_of_settings(dict(os.environ)))
    open_ones = [path for path in paths if path.exists() and path.stat().st_mode & OTHERS]
    if open_ones:
        named = " ".join(map(str, open_ones))
        return bad(f"Others on this machine can read {named}", f"Run chmod o-rwx {named}")
    return ok("Read by their owners alone")


def files_of_settings(environment: dict[str, str]) -> list[Path]:
    """Those that hold values of settings, see docs/settings.md, and lie on this machine's disk."""
    return [
        Path(value)
        for name, value in environment.items()
        if SETTING_IN_FILE.fullmatch(name)
        and name != "FOOTFALL_GEOIP_FILE"
        and not Path(value).is_relative_to(MOUNTED)
    ]


def mail_server(_now: datetime) -> Finding:
    """Greets it, with TLS and the password where those are set; sends nothing."""
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return ok("None is set")
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        # smtplib's own errors are some of these; their texts may hold the password's name.
        return bad(
            f"{settings.EMAIL_HOST} refuses: {type(error).__name__}",
            "See the host, port, TLS, name and password in EMAIL_URL.",
        )
    connection.close()
    return ok(f"{settings.EMAIL_HOST} takes mail from here")


CHECKS = (
    Check("Secrets", secrets, needs_database=False),
    Check("Clock", clock.of_network, needs_database=False),
    Check("Clock and database", clock.of_database),
    Check("Clock and Redis", clock.of_redis, needs_database=False),
    Check("Mail server", mail_server, needs_database=False),
)
