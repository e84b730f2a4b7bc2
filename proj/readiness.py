"""`/readyz`: whether this process should be sent requests of its kind now."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from proj import process, stopping
from proj.bounded import SECONDS, Bounded
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.manifest import live

logger = structlog.get_logger(__name__)

OK, AWAY, BEHIND, MISSING = "ok", "away", "behind", "missing"
# What the server does less well without, and does: hits wait, feeds look into the database.
DISPENSABLE = {"redis"}


@dataclass(frozen=True)
class Readiness:
    """`parts`: what this kind of process needs, by name; each is one of the words above."""

    parts: dict[str, str]
    is_stopping: bool = False

    @property
    def status(self) -> str:
        if self.is_stopping:
            return "stopping"
        wrong = {name for name, state in self.parts.items() if state != OK}
        if wrong - DISPENSABLE:
            return "unready"
        return "degraded" if wrong else "ready"

    @property
    def takes_requests(self) -> bool:
        return self.status in ("ready", "degraded")


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


_migrated = False


def migrations() -> str:
    """Those of a later release may be applied already: its database serves this one too."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _migrated else BEHIND


def redis() -> str:
    if settings.REDIS_URL:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as client:
            client.ping()
    return OK


def warehouse() -> str:
    if settings.WAREHOUSE:
        from tracking.warehouse.clickhouse.server import version

        version(int(SECONDS))
        return OK
    newest = live().order_by("-pk").values_list("name", flat=True).first()
    if newest is None:
        return OK
    with files.path("events", newest).open("rb") as file:
        return OK if file.read(4) == b"PAR1" else MISSING


def static() -> str:
    """The names of the files that pages load."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return OK if settings.DEBUG or manifest.exists() else MISSING


PARTS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "redis": redis,
    "warehouse": warehouse,
    "static": static,
}
OF_STORAGE = ("database", "migrations", "redis")
NEEDED = {
    process.HITS: OF_STORAGE,
    process.SOCKETS: OF_STORAGE,
    process.PAGES: tuple(PARTS),
    process.SERVE: tuple(PARTS),
}


def state_of(name: str) -> str:
    """What cannot be found out in time is away; the log tells why, and the answer does not."""
    try:
        return asked(name).answer()
    except FileNotFoundError:
        return MISSING
    except (Error, RedisError, OSError) as error:
        # OSError is also TimeoutError: something hangs.
        logger.warning("not_ready", part=name, error=type(error).__name__)
        return AWAY


@cache
def asked(name: str) -> Bounded[str]:
    return Bounded(PARTS[name])


def readiness() -> Readiness:
    if stopping.is_stopping():
        return Readiness({}, is_stopping=True)
    needed = NEEDED.get(process.kind(), tuple(PARTS))
    # All at once, so that together they take no longer than one that hangs.
    for name in needed:
        asked(name).begin()
    return Readiness({name: state_of(name) for name in needed})
