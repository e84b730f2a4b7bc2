"""Why hits of a site did not count lately, in words for its owner."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from tracking.ingest.refusals import Reason
from tracking.models import RefusalCount

DAYS = 7

WORDS = {
    Reason.BOT: ("Bots", "Crawlers, monitors and other programs."),
    Reason.OPTED_OUT: ("Do Not Track", "Browsers that ask not to be counted."),
    Reason.HOSTNAME: ("Hostname", "Pages on hosts that are not in your list of allowed ones."),
    Reason.PAGE: ("Blocked page", "Pages that are in your list of blocked ones."),
    Reason.ADDRESS: ("Blocked address", "Senders that are in your list of blocked addresses."),
    Reason.COUNTRY: ("Blocked country", "Senders in countries that you block."),
    Reason.KEY: ("API key", "A backend sent them without an API key of this site."),
    Reason.ADDRESS_LIMIT: ("Too many from one address", "A limit of this server. Send fewer."),
    Reason.SITE_LIMIT: ("Too many for this site", "A limit of this server. Send fewer."),
}


@dataclass(frozen=True)
class Refused:
    title: str
    meaning: str
    count: int


def refused(site_id: int, today: date) -> list[Refused]:
    """The reasons of the last seven UTC days, today among them, the commonest first."""
    counts = RefusalCount.objects.filter(site_id=site_id, day__gt=today - timedelta(days=DAYS))
    totals = counts.values("reason").annotate(total=Sum("count")).order_by("-total", "reason")
    return [
        Refused(*WORDS.get(reason, (reason, "")), count=total)
        for reason, total in totals.values_list("reason", "total")
    ]
