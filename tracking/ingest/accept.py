"""Whether a hit is accepted, and all that only accepting can know of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from tracking.ingest.bots import is_bot
from tracking.ingest.hit import Flag, Hit, Own, Sender, WaitingHit
from tracking.ingest.limits import Limits
from tracking.ingest.pages import Page, page_of
from tracking.ingest.place import Place
from tracking.ingest.refusals import LIMITS, Reason, StorageDown
from tracking.ingest.rules import Rules, SiteRules
from tracking.ingest.spam import is_spam
from tracking.ingest.visitor import visitor_id
from tracking.models.sites import normalise_domain


class PlaceLookup(Protocol):
    def lookup(self, address: str) -> Place: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    site_id: int
    hit_id: str
    waiting: WaitingHit


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason
    site_id: int = 0  # 0: no known site
    traced: Accepted | None = None  # for the ingest debugger, where somebody has it open


Outcome = Accepted | Refused


def refusal(
    hit: Hit, page: Page, sender: Sender, has_key: bool, site: SiteRules, limits: Limits
) -> Reason | None:
    """The first rule that refuses a hit, by rising cost of asking."""
    if site.paused:
        return Reason.SITE_PAUSED
    # Without the key it needs, a hit would count the backend that sent it as the visitor.
    if hit.needs_key and not has_key:
        return Reason.KEY
    if site.honour_opt_out and sender.opts_out:
        return Reason.OPTED_OUT
    if site.allowed_hostnames and not is_allowed(page.hostname, site):
        return Reason.HOSTNAME
    if page.path in site.blocked_pages:
        return Reason.PAGE
    if sender.address in site.blocked_addresses:
        return Reason.ADDRESS
    if not has_key and not limits.take_address(sender.address):
        return Reason.ADDRESS_LIMIT
    if is_spam(hit.referrer, page.hostname):
        return Reason.SPAM
    if not site.bots_apart and is_program(hit, sender):
        return Reason.BOT
    return None


def refusal_of_place(place: Place, site: SiteRules, limits: Limits) -> Reason | None:
    """As `refusal`, for a hit that it let through."""
    if place.country in site.blocked_countries:
        return Reason.COUNTRY
    # Last, so that only what would be stored takes from what the site may get.
    if not limits.take_site(site.id):
        return Reason.SITE_LIMIT
    return None


def is_allowed(hostname: str, site: SiteRules) -> bool:
    allowed = site.allowed_hostnames
    return hostname.removeprefix("www.") in allowed or hostname in allowed


def is_program(hit: Hit, sender: Sender) -> bool:
    return hit.bot or is_bot(sender.user_agent)


def flags_of(hit: Hit, sender: Sender) -> str:
    flags = {Flag.BOT: is_program(hit, sender), Flag.NO_VISITOR: hit.no_visitor}
    return ",".join(flag for flag, holds in flags.items() if holds)


def identity(hit: Hit, sender: Sender, flags: str) -> tuple[str, str]:
    """What tells one visitor from another; a program is never the visitor that a person is."""
    address, user_agent = (hit.visitor, "") if hit.visitor else (sender.address, sender.user_agent)
    return address, f"{user_agent}\0{flags}" if flags else user_agent


def decide(hit: Hit, sender: Sender, rules: Rules, places: PlaceLookup, now: datetime) -> Outcome:
    """Accept or refuse one hit. The sender's address ends here.

    Raises StorageDown where `rules` have no salt for the UTC day of `now`.
    """
    site = rules.site_of(hit)
    if site is None:
        return Refused(Reason.UNKNOWN_SITE, traced=traced_by_page(hit, rules, now))
    own = hit.own if rules.may_send(hit.key or sender.key, site.id) else None
    if own is not None:
        sender = sender.as_said_by(own)
    page = page_of(hit.url, hit.hash_mode)
    reason = refusal(hit, page, sender, own is not None, site, rules.limits)
    if reason is None:
        place = place_of(sender, own, places)
        reason = refusal_of_place(place, site, rules.limits)
    if reason is not None:
        return refused(hit, reason, site, now)
    place = place.as_precise_as(site.place_precision)
    query = site.query.kept(page.query)
    waiting = waiting_hit(hit, query, sender, site, rules, place, own, now)
    return Accepted(site.id, hit.hit_id, waiting)


def refused(hit: Hit, reason: Reason, site: SiteRules, now: datetime) -> Refused:
    # What is too much to store is too much to be shown as well.
    is_shown = site.watched and reason not in LIMITS
    return Refused(reason, site.id, traced(hit, reason, site, now) if is_shown else None)


def place_of(sender: Sender, own: Own | None, places: PlaceLookup) -> Place:
    if own is not None and own.country:
        return Place(own.country, own.region, own.city)
    return places.lookup(sender.address)


def time_of(own: Own | None, now: datetime) -> datetime:
    """When the hit happened: acceptance, or before it where its sender may say so."""
    return min(own.time, now) if own is not None and own.time is not None else now


def traced_by_page(hit: Hit, rules: Rules, now: datetime) -> Accepted | None:
    """A hit for a site that nobody has, where the site that its page is on is watched.

    Its tracker gives a wrong name, and who watches would wait for it in vain.
    """
    if rules.watch_ends is None:
        return None
    site = rules.sites.get(normalise_domain(page_of(hit.url, hit.hash_mode).hostname))
    if site is None or not site.watched:
        return None
    return traced(hit, Reason.UNKNOWN_SITE, site, now)


def traced(hit: Hit, reason: Reason, site: SiteRules, now: datetime) -> Accepted:
    """What the ingest debugger shows of a refused hit, which says nothing of who sent it."""
    waiting = WaitingHit(
        time_ms=milliseconds(now),
        visitor=0,
        visitor_before=None,
        name=hit.name,
        url=hit.url,
        traced=True,
        refused=reason,
        unknown_site=hit.site if reason is Reason.UNKNOWN_SITE else "",
    )
    return Accepted(site.id, "", waiting)


def milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def keys_for(hit: Hit, site: SiteRules, rules: Rules, now: datetime) -> tuple[bytes, bytes | None]:
    """What a hit's visitor is hashed under, and was the day before if by another key."""
    if hit.visitor and site.own_id_key:
        return site.own_id_key, None
    today, before = rules.keys_at(site, now.astimezone(UTC))
    if today is None:
        # A day that began between reading the salts and now: the next try finds its salt.
        raise StorageDown
    return today, before


def waiting_hit(
    hit: Hit,
    query: str,
    sender: Sender,
    site: SiteRules,
    rules: Rules,
    place: Place,
    own: Own | None,
    now: datetime,
) -> WaitingHit:
    today, before = keys_for(hit, site, rules, now)
    flags = flags_of(hit, sender)
    who = (site.id, *identity(hit, sender, flags))
    return WaitingHit(
        time_ms=milliseconds(time_of(own, now)),
        visitor=0 if hit.no_visitor else visitor_id(today, *who),
        visitor_before=visitor_id(before, *who) if before and not hit.no_visitor else None,
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
        query=query,
        flags=flags,
        traced=site.watched,
    )
