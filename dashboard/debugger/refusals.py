"""How many hits of a site were refused lately, and what an owner can do about each reason."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Sum

from tracking.enrich.explain import reason_words
from tracking.ingest.refusals import Reason
from tracking.models import RefusalCount, Site

DAYS = 7

ADVICE: dict[str, str] = {
    Reason.UNKNOWN_SITE: "The name that the tracker sends belongs to no site here. Compare it "
    "with the line on the snippet page, or add it to the site's aliases.",
    Reason.SITE_PAUSED: "An admin of this server paused the site. Ask them why; they can let it go "
    "on.",
    Reason.KEY: "Hits of this format come from a server and need an API key of an owner of the "
    "site. Check the key, that it may send hits, and that its owner still owns the site.",
    Reason.BOT: "Crawlers, monitors and tools such as curl, told by their user agent. If they "
    "should count, set the site to count bots apart.",
    Reason.OPTED_OUT: "The browser sends Do Not Track or Global Privacy Control, as some do by "
    "default. The site's privacy page says whether that is honoured.",
    Reason.HOSTNAME: "The page is on a host that is not among the allowed ones: a copy of the "
    "site, a preview, or a name that is missing from the list.",
    Reason.ADDRESS: "The visitor's address is in the site's list of blocked ones: often your own "
    "office.",
    Reason.SPAM: "The referrer is on a public list of hosts that send hits only to be seen in "
    "reports. Nobody came from there.",
    Reason.COUNTRY: "The visitor's country is in the site's list of blocked ones.",
    Reason.PAGE: "The page is in the site's list of blocked ones.",
    Reason.SITE_LIMIT: "More hits came at once than this server takes for one site. It is meant "
    "for floods; if the visits are real, the server's limit can be raised.",
    Reason.ADDRESS_LIMIT: "More hits came at once from one address than this server takes. If "
    "that is most of your visitors, the proxy in front of the server hides their addresses.",
}
NO_ADVICE = "The server that answered names this reason; this page does not know it."


@dataclass(frozen=True)
class Refusals:
    """One reason in words, what to do about it, and how often it held."""

    words: str
    advice: str
    count: int


def last_days(site: Site, now: datetime) -> list[Refusals]:
    """The reasons of the last `DAYS` UTC days, today among them, the commonest first."""
    first = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    rows = (
        RefusalCount.objects.filter(site_id=site.pk, day__gte=first)
        .values_list("reason")
        .annotate(total=Sum("count"))
        .order_by("-total", "reason")
    )
    return [
        Refusals(reason_words(reason), ADVICE.get(reason, NO_ADVICE), total)
        for reason, total in rows
    ]
