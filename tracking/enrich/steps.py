"""From a waiting hit to an event: one pure step after another."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import SplitResult, unquote, urlsplit

from tracking.enrich.campaign import campaign
from tracking.enrich.channel import channel
from tracking.enrich.event import EnrichedEvent
from tracking.enrich.language import language
from tracking.enrich.referrer import parse_source
from tracking.enrich.screen import screen_class
from tracking.enrich.user_agent import parse as parse_agent
from tracking.ingest.hit import WaitingHit
from tracking.ingest.text import storable


def enrich(site_id: int, hit: WaitingHit) -> EnrichedEvent:
    """The event of a hit, but for its visit and its id, which need the events before it."""
    event = EnrichedEvent(
        site_id=site_id,
        visitor=hit.visitor,
        time=datetime.fromtimestamp(hit.time_ms / 1000, UTC),
        name=hit.name,
        interactive=hit.interactive,
        title=hit.title,
        country=hit.country,
        region=hit.region,
        city=hit.city,
        screen=screen_class(hit.screen_width),
        language=language(hit.language),
        props=json.dumps(hit.props, ensure_ascii=False, separators=(",", ":")) if hit.props else "",
        revenue_amount=Decimal(hit.revenue_amount) if hit.revenue_amount else None,
        revenue_currency=hit.revenue_currency,
        scroll_depth=hit.scroll_depth,
        engaged_ms=hit.engaged_ms,
    )
    url = urlsplit(hit.url)
    add_page(event, url, hit.hash_mode)
    add_source(event, url, hit.referrer)
    add_agent(event, hit.user_agent)
    return event


def add_page(event: EnrichedEvent, url: SplitResult, hash_mode: bool) -> None:
    event.hostname = (url.hostname or "").removeprefix("www.")
    path = unquote(url.path) or "/"
    if hash_mode and url.fragment:
        path += "#" + unquote(url.fragment)
    event.path = storable(path).strip()


def add_source(event: EnrichedEvent, url: SplitResult, referrer: str) -> None:
    tags = campaign(url.query)
    event.utm_source = tags.utm_source
    event.utm_medium = tags.utm_medium
    event.utm_campaign = tags.utm_campaign
    event.utm_content = tags.utm_content
    event.utm_term = tags.utm_term
    found = parse_source(referrer, event.hostname, tags.source_tag)
    event.source = found.source
    event.referrer = found.referrer
    event.channel = channel(
        source=found.source,
        utm_medium=tags.utm_medium,
        utm_source=tags.utm_source,
        utm_campaign=tags.utm_campaign,
        click_id=tags.click_id,
    )


def add_agent(event: EnrichedEvent, user_agent: str) -> None:
    agent = parse_agent(user_agent)
    event.browser = agent.browser
    event.browser_version = agent.browser_version
    event.os = agent.os
    event.os_version = agent.os_version
    event.device = agent.device
