"""Whether a hit is accepted, and all that only accepting can know of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tracking.ingest.bots import is_bot
from tracking.ingest.hit import Hit, Sender, WaitingHit
from tracking.ingest.place import Place
from tracking.ingest.refusals import Reason, StorageDown
from tracking.ingest.rules import Rules, SiteRules
from tracking.ingest.visitor import visitor_id


class PlaceLookup(Protocol):
    def lookup(self, address: str) -> Place: ...


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason
    site_id: int = 0  # 0: no known site


@dataclass(frozen=True, slots=True)
class Accepted:
    site_id: int
    hit_id: str
    waiting: WaitingHit


Outcome = Accepted | Refused


def refusal(site: SiteRules, sender: Sender) -> Reason | None:
    """The first rule that refuses a hit, by rising cost of asking."""
    if site.honour_opt_out and sender.opts_out:
        return Reason.OPTED_OUT
    if is_bot(sender.user_agent):
        return Reason.BOT
    return None


def decide(hit: Hit, sender: Sender, rules: Rules, places: PlaceLookup, time: datetime) -> Outcome:
    """Accept or refuse one hit. The sender's address ends here.

    Raises StorageDown where `rules` have no salt for `time`'s UTC day.
    """
    site = rules.sites.get(hit.domain)
    if site is None:
        return Refused(Reason.UNKNOWN_SITE)
    if reason := refusal(site, sender):
        return Refused(reason, site.id)
    return Accepted(site.id, hit.hit_id, waiting_hit(hit, sender, site, rules, places, time))


def waiting_hit(
    hit: Hit, sender: Sender, site: SiteRules, rules: Rules, places: PlaceLookup, time: datetime
) -> WaitingHit:
    today, yesterday = rules.salts_at(time.astimezone(UTC))
    if today is None:
        # A day that began between reading the salts and now: the next try finds its salt.
        raise StorageDown
    place = places.lookup(sender.address)
    who = (site.id, sender.address, sender.user_agent)
    return WaitingHit(
        time_ms=int(time.timestamp() * 1000),
        visitor=visitor_id(today, *who),
        visitor_before=visitor_id(yesterday, *who) if yesterday else None,
        name=hit.name,
        url=hit.url,
        referrer=hit.referrer,
        title=hit.title,
        props=hit.props,
        revenue_amount=hit.revenue_amount,
        revenue_currency=hit.revenue_currency,
        interactive=hit.interactive,
        hash_mode=hit.hash_mode,
        scroll_depth=hit.scroll_depth,
        engaged_ms=hit.engaged_ms,
        screen_width=hit.screen_width,
        country=place.country,
        region=place.region,
        city=place.city,
        user_agent=sender.user_agent,
        language=sender.language,
    )
