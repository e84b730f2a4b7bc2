"""Whether a hit is accepted, and all that only accepting can know of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tracking.ingest.bots import is_bot
from tracking.ingest.hit import Flag, Hit, Own, Sender, WaitingHit
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
    traced: WaitingHit | None = None  # for the ingest debugger, where somebody has it open


@dataclass(frozen=True, slots=True)
class Accepted:
    site_id: int
    hit_id: str
    waiting: WaitingHit


Outcome = Accepted | Refused


def refusal(hit: Hit, sender: Sender, site: SiteRules) -> Reason | None:
    """The first rule that refuses a hit, by rising cost of asking."""
    if site.honour_opt_out and sender.opts_out:
        return Reason.OPTED_OUT
    if not site.bots_apart and is_program(hit, sender):
        return Reason.BOT
    return None


def is_program(hit: Hit, sender: Sender) -> bool:
    return hit.bot or is_bot(sender.user_agent)


def flags_of(hit: Hit, sender: Sender) -> str:
    flags = {Flag.BOT: is_program(hit, sender), Flag.NO_VISITOR: hit.no_visitor}
    return ",".join(flag for flag, holds in flags.items() if holds)


def decide(hit: Hit, sender: Sender, rules: Rules, places: PlaceLookup, now: datetime) -> Outcome:
    """Accept or refuse one hit. The sender's address ends here.

    Raises StorageDown where `rules` have no salt for the UTC day of `now`.
    """
    site = rules.sites.get(hit.site) or rules.sites.get(hit.other_site)
    if site is None:
        return Refused(Reason.UNKNOWN_SITE)
    own = hit.own if rules.may_send(hit.key or sender.key, site.id) else None
    if own is not None:
        sender = sender.as_said_by(own)
    # Without the key it needs, a hit would count the backend that sent it as the visitor.
    unproven = hit.needs_key and own is None
    if reason := Reason.KEY if unproven else refusal(hit, sender, site):
        return Refused(reason, site.id, traced(hit, reason, now) if site.watched else None)
    place = place_of(sender, own, places)
    return Accepted(site.id, hit.hit_id, waiting_hit(hit, sender, site, rules, place, own, now))


def place_of(sender: Sender, own: Own | None, places: PlaceLookup) -> Place:
    if own is not None and own.country:
        return Place(own.country, own.region, own.city)
    return places.lookup(sender.address)


def time_of(own: Own | None, now: datetime) -> datetime:
    """When the hit happened: acceptance, or before it where its sender may say so."""
    return min(own.time, now) if own is not None and own.time is not None else now


def traced(hit: Hit, reason: Reason, now: datetime) -> WaitingHit:
    """What the ingest debugger shows of a refused hit, which says nothing of who sent it."""
    return WaitingHit(
        time_ms=milliseconds(now),
        visitor=0,
        visitor_before=None,
        name=hit.name,
        url=hit.url,
        traced=True,
        refused=reason,
    )


def milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def waiting_hit(
    hit: Hit,
    sender: Sender,
    site: SiteRules,
    rules: Rules,
    place: Place,
    own: Own | None,
    now: datetime,
) -> WaitingHit:
    today, yesterday = rules.salts_at(now.astimezone(UTC))
    if today is None:
        # A day that began between reading the salts and now: the next try finds its salt.
        raise StorageDown
    who = (site.id, *((hit.visitor, "") if hit.visitor else (sender.address, sender.user_agent)))
    return WaitingHit(
        time_ms=milliseconds(time_of(own, now)),
        visitor=0 if hit.no_visitor else visitor_id(today, *who),
        visitor_before=visitor_id(yesterday, *who) if yesterday and not hit.no_visitor else None,
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
        language=hit.language or sender.language,
        flags=flags_of(hit, sender),
        traced=site.watched,
    )
