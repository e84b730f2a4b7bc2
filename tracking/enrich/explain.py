"""A hit's way told step by step, for whoever watches a site's hits in the ingest debugger.

The steps ask the same functions as enrichment does; where the visit's first event has decided
instead of the hit, they say both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tracking.enrich.campaign import Campaign, campaign
from tracking.enrich.channel import channel
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.language import language
from tracking.enrich.referrer import parse_source
from tracking.enrich.screen import screen_class
from tracking.enrich.sites import kind_of_source, source_of_host
from tracking.enrich.user_agent import parse as parse_agent
from tracking.ingest.hit import Flag, WaitingHit
from tracking.ingest.refusals import Reason

DIRECT = "Direct / None"
UNKNOWN = "Unknown"
NONE = "None"

KINDS = {"pageview": "Pageview", "engagement": "Engagement"}

# Why a hit is not counted, after "Dropped:".
REASONS: dict[str, str] = {
    Reason.UNKNOWN_SITE: "unknown site",
    Reason.SITE_PAUSED: "site paused",
    Reason.BOT: "bot",
    Reason.OPTED_OUT: "visitor opted out",
    Reason.HOSTNAME: "hostname not allowed",
    Reason.ADDRESS: "address blocked",
    Reason.COUNTRY: "country blocked",
    Reason.PAGE: "page blocked",
    Reason.SITE_LIMIT: "too many hits of the site",
    Reason.ADDRESS_LIMIT: "too many hits of one address",
    Reason.KEY: "no valid API key",
    Reason.SPAM: "referrer spam",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What came into a step and what it made of it; texts for people, "" where there is none."""

    name: str
    given: str = ""
    made: str = ""
    note: str = ""


def reason_words(reason: str) -> str:
    return REASONS.get(reason, reason.replace("_", " "))


def refusal_words(hit: WaitingHit) -> str:
    """Why a hit was refused, and what of it does not fit."""
    words = reason_words(hit.refused)
    if not hit.unknown_site:
        return words
    host = urlsplit(hit.url).hostname
    return f"{words}: the hit says {hit.unknown_site}, the page is on {host}"


def steps(hit: WaitingHit, event: EnrichedEvent | None, error: str = "") -> list[Step]:
    """The steps in their order.

    `event` is None for a hit that was refused (`hit.refused` says why) or set aside with `error`.
    """
    if event is None:
        return [received(hit), *ended(hit, error)]
    return [received(hit), known_site(), rules(hit), *enriched(hit, event)]


def received(hit: WaitingHit) -> Step:
    kind = KINDS.get(hit.name, "Custom event")
    note = "" if hit.interactive else "Not interactive: the bounce rate leaves it out."
    return Step("Received", hit.name, kind, note)


def ended(hit: WaitingHit, error: str) -> Iterator[Step]:
    yield Step("Page", hit.url)
    if hit.unknown_site:
        note = "No site has this domain or alias. It is shown here because of the page's host."
        yield Step("Site", hit.unknown_site, f"Dropped: {reason_words(hit.refused)}", note)
    elif hit.refused:
        note = "Nothing else of it was looked at or kept."
        yield Step("Rules", "", f"Dropped: {reason_words(hit.refused)}", note)
    else:
        note = "An administrator can see it among the quarantined hits and replay it."
        yield Step("Enrichment", error, "Set aside", note)


def known_site() -> Step:
    return Step("Site", "", "This site", "The name it came with is the site's domain or an alias.")


def rules(hit: WaitingHit) -> Step:
    if Flag.BOT in hit.flags.split(","):
        return Step("Rules", "", "Passed, counted apart", "It comes from a program.")
    return Step("Rules", "", "Passed")


def enriched(hit: WaitingHit, event: EnrichedEvent) -> Iterator[Step]:
    url = urlsplit(hit.url)
    tags = campaign(url.query)
    yield visitor(hit, event)
    yield place(hit, event)
    yield page(hit, event, url)
    if hit.title:
        yield Step("Title", hit.title, event.title)
    yield tagged(event, url, tags)
    yield from origin(hit, event, tags)
    yield agent(hit, event)
    yield screen(hit, event)
    yield of_visit("Language", hit.language, language(hit.language), event.language)
    yield from extras(hit, event)
    yield visit(event)


def visitor(hit: WaitingHit, event: EnrichedEvent) -> Step:
    given = "Address and user agent, as a hash"
    if Flag.NO_VISITOR in hit.flags.split(","):
        return Step("Visitor", "", UNKNOWN, "Counted as a pageview without visitor and visit.")
    if event.visitor != hit.visitor:
        note = "Recognised by yesterday's key: the visit began before midnight, UTC."
        return Step("Visitor", given, "Known", note)
    if event.visit != event.id:
        return Step("Visitor", given, "Known", "Was here less than 30 minutes before.")
    return Step("Visitor", given, "New", "No visit of this visitor is open.")


def place(hit: WaitingHit, event: EnrichedEvent) -> Step:
    alone = place_words(hit.city, hit.region, hit.country)
    kept = place_words(event.city, event.region, event.country)
    return of_visit("Place", "Address, which is not kept", alone, kept)


def place_words(*parts: str) -> str:
    """City, region and country; a city that is a region is named once."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def page(hit: WaitingHit, event: EnrichedEvent, url: SplitResult) -> Step:
    notes = []
    if url.query:
        notes.append(f"Kept of its parameters: {hit.query}." if hit.query else "No parameter kept.")
    if hit.hash_mode and url.fragment:
        notes.append("What follows # counts as part of the page.")
    return Step("Page", hit.url, event.hostname + event.path, " ".join(notes))


def tagged(event: EnrichedEvent, url: SplitResult, tags: Campaign) -> Step:
    given = [
        f"{name}={value}"
        for name, value in parse_qsl(url.query)
        if name.startswith("utm_") or name in ("source", "ref", tags.click_id)
    ]
    return of_visit(
        "Campaign", "&".join(given), campaign_words(tags), campaign_words(event), unknown=NONE
    )


def campaign_words(found: Campaign | EnrichedEvent) -> str:
    parts = ("source", "medium", "campaign", "content", "term")
    values = [(part, getattr(found, f"utm_{part}")) for part in parts]
    return " · ".join(f"{part} {value}" for part, value in values if value)


def origin(hit: WaitingHit, event: EnrichedEvent, tags: Campaign) -> Iterator[Step]:
    """Source and channel."""
    found = parse_source(hit.referrer, event.hostname, tags.source_tag)
    note = source_note(hit.referrer, found.source, found.referrer, tags)
    yield of_visit("Source", hit.referrer, found.source, event.source, note, unknown=DIRECT)
    alone = channel(
        source=found.source,
        utm_medium=tags.utm_medium,
        utm_source=tags.utm_source,
        utm_campaign=tags.utm_campaign,
        click_id=tags.click_id,
    )
    yield of_visit("Channel", channel_clues(found.source, tags), alone, event.channel)


def source_note(referrer: str, source: str, outside: str, tags: Campaign) -> str:
    """The rule by which a source was named."""
    if tags.source_tag:
        tag = "utm_source" if tags.utm_source else "the source or ref parameter"
        return f"Named by {tag}, which goes before the referrer."
    if not referrer:
        return "No referrer came, and no parameter names a source."
    if not outside:
        return "The site's own page, or no address of a page: not a source."
    if source_of_host(outside.removeprefix("android-app://").partition("/")[0]):
        return "A site known by this name."
    return "In no list of sources, so its host stands for it."


def channel_clues(source: str, tags: Campaign) -> str:
    """What the rules of channels look at."""
    clues = (
        ("source", source),
        ("kind", kind_of_source(source)),
        ("medium", tags.utm_medium),
        ("campaign", tags.utm_campaign),
        ("click id", tags.click_id),
    )
    return " · ".join(f"{name} {value}" for name, value in clues if value)


def agent(hit: WaitingHit, event: EnrichedEvent) -> Step:
    alone = agent_words(parse_agent(hit.user_agent))
    return of_visit("Browser", hit.user_agent, alone, agent_words(event))


def agent_words(found: object) -> str:
    names = (("browser", "browser_version"), ("os", "os_version"), ("device",))
    parts = [" ".join(filter(None, (getattr(found, name) for name in each))) for each in names]
    return " · ".join(part for part in parts if part)


def screen(hit: WaitingHit, event: EnrichedEvent) -> Step:
    given = "" if hit.screen_width is None else f"{hit.screen_width} pixels wide"
    return of_visit("Screen", given, screen_class(hit.screen_width), event.screen)


def extras(hit: WaitingHit, event: EnrichedEvent) -> Iterator[Step]:
    """What only some hits carry."""
    if hit.props:
        texts = " · ".join(f"{key} = {value}" for key, value in hit.props.items())
        yield Step("Properties", texts, f"{len(hit.props)} kept")
    if hit.revenue_amount:
        given = f"{hit.revenue_amount} {hit.revenue_currency}"
        yield Step("Revenue", given, f"{event.revenue_amount} {event.revenue_currency}")
    if hit.scroll_depth is not None:
        yield Step("Scroll depth", f"{hit.scroll_depth}", f"{event.scroll_depth} %")
    if hit.engaged_ms is not None:
        yield Step("Engaged", f"{hit.engaged_ms} ms", f"{(event.engaged_ms or 0) / 1000:.1f} s")


def visit(event: EnrichedEvent) -> Step:
    if event.visit and event.visit != event.id:
        note = "Source, campaign, place and device are those of the visit's first event."
        return Step("Visit", "", f"Joins visit {event.visit}", note)
    if event.opens_visit:
        return Step("Visit", "", f"Opens visit {event.visit}")
    return Step("Visit", "", NONE, "Stored, and in no figure that counts visits.")


def of_visit(
    name: str, given: str, alone: str, kept: str, note: str = "", unknown: str = UNKNOWN
) -> Step:
    """A step whose outcome the visit's first event decides: `alone` is what this hit says."""
    if alone == kept:
        return Step(name, given, alone or unknown, note)
    return Step(name, given, kept or unknown, f"From the visit; this hit says: {alone or unknown}.")
