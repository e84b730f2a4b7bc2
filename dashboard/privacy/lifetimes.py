"""How long each thing lives that is known of a site's visitors."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection

from dashboard.privacy.section import Row
from realtime.out import deliveries
from realtime.out.models import Webhook
from realtime.presence.store import REMEMBER_SECONDS
from tracking.models import Site
from tracking.models.salts import SALT_DAYS
from tracking.tasks import LEDGER_DAYS
from tracking.warehouse.sealing.upkeep import HOURLY

# What a waiting hit has that no event has, see `tracking.ingest.hit.WaitingHit`.
WAITING = {
    "user_agent": "the user agent",
    "url": "the page's whole address",
    "query": "the page's whole address",
    "hash_mode": "the page's whole address",
    "screen_width": "the screen's width",
    "visitor_before": "the visitor's number of the day before",
    "time_ms": "marks of the server's own",
    "traced": "marks of the server's own",
    "refused": "marks of the server's own",
    "unknown_site": "marks of the server's own",
}


def lifetimes(site: Site) -> Iterator[Row]:
    yield Row("IP address", "While its request is answered.")
    yield from secrets(site)
    with_them = ", ".join(dict.fromkeys(WAITING.values()))
    yield Row(
        "Hits on their way",
        f"Moments, until the above is made of them; with {with_them}."
        " One that cannot be read is set aside until somebody has looked at it, and no longer"
        " than visits are kept."
        " While this server is down, one in front of it may write hits to a file, with user agents"
        " and the site's own ids, without IP addresses, until they are counted and it is deleted.",
    )
    yield Row("Visits and events", events(site))
    yield Row(
        "Numbers of single hits",
        f"{LEDGER_DAYS} days, so that none is counted twice. They say nothing of the visitor.",
    )
    yield Row("Refused hits", "Not kept. How many there were each day, and why, is.")
    yield Row(
        "Who is here now",
        f"In memory alone, at most {REMEMBER_SECONDS // 60} minutes after a page's last signal.",
    )
    if Webhook.objects.filter(site=site).exists():
        yield Row(
            "Messages to other services",
            f"Visits and goals that the site has sent elsewhere stay in a log for "
            f"{words(deliveries.KEPT)}, no longer than visits are kept. What"
            " happens elsewhere is not known here.",
        )
    yield Row("Log of changes", f"Who of the site's people changed what: {audit()}. No visitors.")
    yield Row("Logs of the server", "Hold no IP addresses, user agents or ids of visitors.")
    yield Row("Backups", "Those that the server's operator makes hold what was there by then.")
    if settings.SENTRY_DSN:
        yield Row("Reports of errors", "Go to a service of the server's choice, without the above.")


def secrets(site: Site) -> Iterator[Row]:
    hours = f"{SALT_DAYS * 24} hours"
    yield Row("Key of the day", f"Deleted within {hours} of its beginning.")
    if site.visitor_days != Site.VisitorDays.DAY or site.visitor_keys.exists():
        yield Row(
            "Key of several days", f"Deleted within {hours} of the beginning of its last day."
        )
    if site.own_ids or hasattr(site, "own_id_key"):
        yield Row("Key of the site's own ids", "As long as the site is counted here.")
    if site.file_salts.exists():
        yield Row("Key of addresses in an access log", f"Deleted within {hours} of the import.")
    if hasattr(site, "import_key"):
        yield Row("Key of imported visitors", "As long as the site is counted here.")


def events(site: Site) -> str:
    if not site.kept_days:
        kept = "Until the site is deleted here."
    else:
        kept = f"{days(site.kept_days)}, then whole days (UTC) are deleted."
    return f"{kept} What is deleted is in no report at once, and {no_file()}"


def no_file() -> str:
    """When what was deleted has left all files, as far as this server decides that."""
    gone = words(2 * HOURLY)
    others = []
    if connection.vendor == "postgresql":
        others.append("PostgreSQL writes over it when it uses the space in its files again.")
    if settings.WAREHOUSE:
        others.append("ClickHouse deletes the files that it replaced some minutes later.")
    if not others:
        return f"in no file within {gone}."
    return " ".join([f"in no file of this server's own within {gone}.", *others])


def audit() -> str:
    return days(settings.AUDIT_DAYS) if settings.AUDIT_DAYS else "as long as the server is there"


def days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def words(span: timedelta) -> str:
    """Such as "30 days" or "2 hours", rounded up."""
    if span >= timedelta(days=1):
        return days(-(-span // timedelta(days=1)))
    hours = -(-span // timedelta(hours=1))
    return f"{hours} hour" if hours == 1 else f"{hours} hours"
