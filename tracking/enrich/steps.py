"""From a waiting hit to an event: one pure step after another."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from tracking.enrich.campaign import Campaign, campaign
from tracking.enrich.channel import channel
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.language import language
from tracking.enrich.referrer import parse_source
from tracking.enrich.screen import screen_class
from tracking.enrich.user_agent import parse as parse_agent
from tracking.ingest import pages
from tracking.ingest.hit import WaitingHit
from tracking.ingest.text import storable


@dataclass(frozen=True, slots=True)
class Page:
    """What the address of a page says. `path` is readable text, `hostname` without "www."."""

    hostname: str
    path: str
    campaign: Campaign


def enrich(site_id: int, hit: WaitingHit) -> EnrichedEvent:
    """The event of a hit, but for its visit and its id, which need the events before it."""
    page = page_of(hit.url, hit.hash_mode)
    tags = page.campaign
    origin = parse_source(hit.referrer, page.hostname, tags.source_tag)
    agent = parse_agent(hit.user_agent)
    return EnrichedEvent(
        site_id=site_id,
        visitor=hit.visitor,
        time=datetime.fromtimestamp(hit.time_ms / 1000, UTC),
        name=hit.name,
        interactive=hit.interactive,
        hostname=page.hostname,
        path=path_of(hit),
        title=hit.title,
        referrer=origin.referrer,
        source=origin.source,
        channel=channel(
            source=origin.source,
            utm_medium=tags.utm_medium,
            utm_source=tags.utm_source,
            utm_campaign=tags.utm_campaign,
            click_id=tags.click_id,
        ),
        utm_source=tags.utm_source,
        utm_medium=tags.utm_medium,
        utm_campaign=tags.utm_campaign,
        utm_content=tags.utm_content,
        utm_term=tags.utm_term,
        country=hit.country,
        region=hit.region,
        city=hit.city,
        browser=agent.browser,
        browser_version=agent.browser_version,
        os=agent.os,
        os_version=agent.os_version,
        device=agent.device,
        screen=screen_class(hit.screen_width),
        language=language(hit.language),
        props=json.dumps(hit.props, ensure_ascii=False, separators=(",", ":")) if hit.props else "",
        revenue_amount=Decimal(hit.revenue_amount) if hit.revenue_amount else None,
        revenue_currency=hit.revenue_currency,
        scroll_depth=hit.scroll_depth,
        engaged_ms=hit.engaged_ms,
        flags=hit.flags,
    )


def path_of(hit: WaitingHit) -> str:
    """The page as reports name it, with as much of its query string as the site keeps."""
    path = page_of(hit.url, hit.hash_mode).path
    return f"{path}?{hit.query}" if hit.query else path


@lru_cache(maxsize=8192)
def page_of(address: str, hash_mode: bool) -> Page:
    """What the address of a page says; in hash mode its fragment is part of the path."""
    page = pages.page_of(address, hash_mode)
    return Page(
        hostname=page.hostname.removeprefix("www."),
        path=storable(page.path).strip(),
        campaign=campaign(page.query),
    )
