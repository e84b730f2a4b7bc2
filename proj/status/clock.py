"""Whether this machine's clock agrees with others.

On one server the database and Redis have the same clock: what the kernel says of it tells more.
"""

import subprocess
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from redis import Redis

from proj.status.finding import Finding, bad, look, ok

SECONDS = 2
FAR = 30.0
OFF = 2.0


def compared(whose: str, theirs: datetime, ours: datetime, precision: float = 0) -> Finding:
    """`precision`: of their time, in seconds."""
    off = abs((theirs - ours).total_seconds())
    words = f"{off:.1f} s from {whose}"
    advice = "Let both machines set their clocks from the network, such as with systemd-timesyncd."
    if off > FAR + precision:
        return bad(words, f"{advice} Visits have wrong times, and links and codes are refused.")
    if off > OFF + precision:
        return look(words, advice)
    return ok(f"Agrees with {whose}")


def of_network(_now: datetime) -> Finding:
    match network_time():
        case "yes":
            return ok("Set from the network")
        case "no":
            return look(
                "Not set from the network, or not yet",
                "Install systemd-timesyncd or chrony: visits get the machine's time.",
            )
    return ok("Not known here: see the machine's own")


def network_time() -> str:
    """What the kernel says of it: `yes`, `no`, or an empty text where nothing can ask it."""
    question = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(question, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip()


def of_database(_now: datetime) -> Finding:
    if connection.vendor == "sqlite":
        return ok("The database is in this process")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [theirs] = cursor.fetchone()
    return compared("the database's", theirs, datetime.now(UTC))


def of_redis(_now: datetime) -> Finding:
    if not settings.REDIS_URL:
        return ok("There is no Redis")
    with Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    ) as client:
        seconds, micros = client.time()
    theirs = datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    return compared("that of Redis", theirs, datetime.now(UTC))
