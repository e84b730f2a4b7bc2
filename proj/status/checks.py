"""The checks of the server, in the order in which they are shown."""

import platform
import shutil
from datetime import UTC, datetime, timedelta

import django
import duckdb
from django.conf import settings
from django.core.cache import cache
from django.core.checks import WARNING, run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Sum
from redis import Redis

from proj import health, kept_hits
from proj.backup.making import RUN as BACKUP
from proj.release import version
from proj.status.finding import Check, Finding, bad, look, ok
from tracking import backlog
from tracking.ingest.one_address import ONE_ADDRESS
from tracking.ingest.place import about
from tracking.models import Event, Purge, TaskRun
from tracking.tasks import GROWING_SECONDS, HEARTBEAT
from tracking.warehouse.sealing.manifest import live

GIGABYTE = 10**9
LONG_WAIT = 600  # seconds
SEALING_LATE = timedelta(hours=3)
OLD_BACKUP = timedelta(hours=50)  # two nights, and what the second takes
OLD_PLACES = timedelta(days=90)
BEATING = timedelta(minutes=3)
SECONDS = 2  # that another server may take to answer


def versions(_now: datetime) -> Finding:
    return ok(
        f"Footfall {version()}, Python {platform.python_version()}, Django {django.__version__}"
    )


def database(_now: datetime) -> Finding:
    found = health.check()
    if found.reason:
        return bad(f"{found.reason}.".capitalize(), "Hits are refused with 503 until it is back.")
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("SELECT sqlite_version()" if sqlite else "SHOW server_version")
        [version] = cursor.fetchone()
    return ok(f"{connection.display_name} {version}, answers and can be written")


def warehouse(_now: datetime) -> Finding:
    if not settings.WAREHOUSE:
        return ok(f"DuckDB {duckdb.__version__}, in this process")
    from tracking.warehouse.clickhouse import server

    return ok(f"ClickHouse {server.version(SECONDS)}, answers")


def redis(_now: datetime) -> Finding:
    if not settings.REDIS_URL:
        return ok("None: one process does everything")
    client = Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )
    with client:
        return ok(f"Redis {client.info('server')['redis_version']}, answers")


def migrations(_now: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return bad(f"{len(plan)} to be applied", "Run manage.py migrate.")
    return ok("All are applied")


def waiting(_now: datetime) -> Finding:
    now = backlog.measure()
    about = "" if now.exact else "about "
    words = f"{about}{now.hits:,} waiting, the oldest for {now.oldest_seconds:.0f} s"
    if now.oldest_seconds > LONG_WAIT:
        return bad(words, "Workers are away, or the server is too slow: see the workers.")
    if now.oldest_seconds > GROWING_SECONDS:
        return look(words, "Look again in a minute. If it grows, see the workers.")
    return ok(words)


def kept_by_nginx(_now: datetime) -> Finding:
    size = kept_hits.size()
    if size:
        return look(
            f"{bytes_in_words(size)} came while no process answered, and are not counted yet",
            "Run manage.py hits_replay within seven days; docs/operations.md has the commands.",
        )
    return ok("None")


def quarantine(_now: datetime) -> Finding:
    count = backlog.measure().quarantined
    if count:
        advice = "Look at the quarantined hits: replay them once the cause is mended."
        return look(f"{count:,} hits could not be made events", advice)
    return ok("Empty")


def workers(now: datetime) -> Finding:
    beat = TaskRun.objects.filter(name=HEARTBEAT).values_list("ran_at", flat=True).first()
    if beat is None or now - beat > BEATING:
        words = f"None since {when(beat)}" if beat else "None has ever run"
        return bad(words, "Start manage.py run_huey, or manage.py serve, which runs all in one.")
    return ok(f"One was at work at {when(beat)}")


def sealing(now: datetime) -> Finding:
    size = live().aggregate(size=Sum("size"))["size"] or 0
    last = TaskRun.objects.filter(name="seal").values_list("ran_at", flat=True).first()
    words = f"{bytes_in_words(size)} sealed, last run {when(last) if last else 'never'}"
    if Event.objects.exists() and (last is None or now - last > SEALING_LATE):
        return look(words, "It runs hourly where a worker runs: see the workers.")
    return ok(words)


def backup(now: datetime) -> Finding:
    last = TaskRun.objects.filter(name=BACKUP).values_list("ran_at", flat=True).first()
    if last is None:
        return look("None was ever made", "Run manage.py backup --to DIR, each night by a timer.")
    words = f"Last made at {when(last)}"
    if now - last > OLD_BACKUP:
        return look(words, "Look why the timer's last runs of manage.py backup failed.")
    return ok(words)


def purges(_now: datetime) -> Finding:
    count = Purge.objects.count()
    return ok(f"{count} under way" if count else "None is asked for")


def disk(_now: datetime) -> Finding:
    usage = shutil.disk_usage(settings.DATA)
    words = f"{bytes_in_words(usage.free)} free of {bytes_in_words(usage.total)}"
    if usage.free < GIGABYTE or usage.free < usage.total * 0.03:
        return bad(words, "Make room now: without any, hits are refused with 503.")
    if usage.free < 5 * GIGABYTE or usage.free < usage.total * 0.1:
        return look(words, "Make room, or keep visits for a shorter time.")
    return ok(words)


def places(now: datetime) -> Finding:
    kind, built = about(settings.GEOIP_FILE)
    words = f"{kind} of {built:%-d %B %Y}"
    if now - built > OLD_PLACES:
        return look(words, "Addresses move: run manage.py geoip_update each month.")
    return ok(words)


def mail(_now: datetime) -> Finding:
    if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return ok(f"Sent through {settings.EMAIL_HOST}")
    if settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"):
        return look(
            f"Written as files below {settings.EMAIL_FILE_PATH}",
            "Set EMAIL_URL to a mail server: nobody gets these.",
        )
    return look(
        "Not sent, but printed to the log",
        "Set EMAIL_URL: passwords are reset and invitations are sent by mail.",
    )


def one_address(_now: datetime) -> Finding:
    since = cache.get(ONE_ADDRESS)
    if since is None:
        return ok("Hits come from more than one, or there are too few to tell")
    return bad(
        f"All of the first hits came from one, at {when(since)}",
        "A proxy hides the visitors: have it set X-Forwarded-For, and name it in "
        "FOOTFALL_TRUSTED_PROXIES.",
    )


def own_settings(_now: datetime) -> Finding:
    said = [each for each in run_checks() if each.level >= WARNING]
    if not said:
        return ok("Nothing stands against them")
    sentences = " ".join(f"{each.msg}" for each in said)
    return look(sentences, " ".join(each.hint for each in said if each.hint))


CHECKS = (
    Check("Versions", versions, needs_database=False),
    Check("Settings", own_settings, needs_database=False),
    Check("Database", database),
    Check("Migrations", migrations),
    Check("Warehouse", warehouse, needs_database=False),
    Check("Redis", redis, needs_database=False),
    Check("Disk of the data folder", disk, needs_database=False),
    Check("Workers", workers),
    Check("Inbox", waiting),
    Check("Hits kept by nginx", kept_by_nginx, needs_database=False),
    Check("Quarantine", quarantine),
    Check("Sealing", sealing),
    Check("Purges", purges),
    Check("Backup", backup),
    Check("Addresses", one_address, needs_database=False),
    Check("Places", places, needs_database=False),
    Check("Mail", mail, needs_database=False),
)


def when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def bytes_in_words(count: int) -> str:
    """Such as “12.3 GB”, in units of a thousand."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
