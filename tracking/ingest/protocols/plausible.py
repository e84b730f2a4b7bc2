"""`POST /api/event`: Plausible's wire format, which our own script speaks too.

Fields and limits are those of Plausible's events API, but for the size of a request, 16 KB. Ours
are `id`, a text that a client makes for each hit, so that a retry is counted once; `visitor`, what
the site itself calls the visitor; `vitals`, the web vitals that come with engagement; and
`timestamp`, when the hit happened, which is believed with an API key of the site.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from tracking import vitals
from tracking.ingest.accept import Outcome, Refused
from tracking.ingest.address import TrustedProxies
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, JSON, TEXT, dropped
from tracking.ingest.protocols.fields import (
    BODY_BYTES,
    INT32_MAX,
    NAME_CHARACTERS,
    PROP_KEY_BYTES,
    PROP_VALUE_BYTES,
    PROPS,
    URL_BYTES,
    VISITOR_BYTES,
    Body,
    checked_url,
    first,
    hit_id,
    money,
    prop_text,
    read_json,
    text_of,
    time_from_text,
    whole_number,
)
from tracking.ingest.refusals import Malformed
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"POST"})
DOMAINS = 10


def matches(path: str) -> bool:
    return path == settings.EVENT_PATH


def body_limit(_path: str) -> int:
    return BODY_BYTES


def parse(request: Request) -> list[Hit]:
    """One hit a domain that the body names."""
    body = read_json(request.body)
    name = event_name(body)
    amount, currency = revenue(body) if name not in ("pageview", "engagement") else ("", "")
    url = checked_url(text_of(body, "u", "url"))
    moment = text_of(body, "timestamp")
    own = Own(time=time_from_text(moment) if moment else None)
    return [
        Hit(
            site=domain,
            name=name,
            url=url,
            referrer=cut(text_of(body, "r", "referrer"), URL_BYTES),
            props=props(body) | measured(body, name),
            revenue_amount=amount,
            revenue_currency=currency,
            interactive=first(body, "i", "interactive") is not False,
            hash_mode=first(body, "h", "hashMode") in (1, True, "1", "true"),
            scroll_depth=whole_number(first(body, "sd", "scrollDepth"), 100),
            engaged_ms=whole_number(first(body, "e", "engagementTime"), INT32_MAX),
            screen_width=whole_number(first(body, "w", "screenWidth"), INT32_MAX),
            hit_id=hit_id(body, "id"),
            visitor=visitor(body),
            own=own,
        )
        for domain in domains(body, url)
    ]


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    refused = sum(isinstance(outcome, Refused) for outcome in outcomes)
    count = ((b"x-plausible-dropped", str(refused).encode()),) if refused else ()
    headers = (*CORS, *count, *dropped(outcomes))
    if request.headers.get("x-debug-request") == "true":
        return Response(202, orjson.dumps(seen(request, outcomes)), (*JSON, *headers))
    return Response(202, b"ok", (*TEXT, *headers))


def seen(request: Request, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How the request looked from here, for whoever sent it.

    The address is the sender's own. No page can ask for a visitor's: a preflight refuses the
    header that asks.
    """
    return {
        "ip": TrustedProxies(settings.TRUSTED_PROXIES).client(request.peer, request.headers),
        "user_agent": request.headers.get("user-agent", ""),
        "hits": [
            {
                "domain": hit.site,
                "name": hit.name,
                "url": hit.url,
                "props": hit.props,
                "dropped": outcome.reason if isinstance(outcome, Refused) else None,
            }
            for hit, outcome in zip(parse(request), outcomes, strict=True)
        ],
    }


def event_name(body: Body) -> str:
    name = text_of(body, "n", "name")
    if not name:
        raise Malformed(event_name="can't be blank")
    if len(name) > NAME_CHARACTERS:
        raise Malformed(event_name=f"should be at most {NAME_CHARACTERS} characters")
    return name


def domains(body: Body, url: str) -> list[str]:
    """The sites that the body names; without a name, the host of the page."""
    text = text_of(body, "d", "domain")
    if first(body, "d", "domain") is None:
        text = urlsplit(url).hostname or ""
    names = [normalise_domain(part) for part in text.split(",")]
    named = list(dict.fromkeys(name for name in names if name))
    if not named:
        raise Malformed(domain="can't be blank")
    if len(named) > DOMAINS:
        raise Malformed(domain=f"should be at most {DOMAINS} domains")
    return named


def props(body: Body) -> dict[str, str]:
    """Custom properties as texts: blank and nested values left out, the first 30 kept."""
    value = object_of(first(body, "p", "props", "m", "meta"))
    texts = {storable(key): text for key, item in value.items() if (text := prop_text(item))}
    if any(
        len(key.encode()) > PROP_KEY_BYTES or len(text.encode()) > PROP_VALUE_BYTES
        for key, text in texts.items()
    ):
        raise Malformed(
            props=f"keys should have at most {PROP_KEY_BYTES} bytes "
            f"and values {PROP_VALUE_BYTES} bytes"
        )
    return dict(list(texts.items())[:PROPS])


def measured(body: Body, name: str) -> dict[str, str]:
    """The web vitals of the page that is left, as properties."""
    return vitals.props_of(body.get("vitals")) if name == "engagement" else {}


def visitor(body: Body) -> str:
    return cut(text_of(body, "visitor"), VISITOR_BYTES)


def revenue(body: Body) -> tuple[str, str]:
    value = object_of(first(body, "$", "revenue"))
    return money(value.get("amount", ""), value.get("currency", ""))


def object_of(value: Any) -> Body:
    """An object, or the JSON text of one; an empty object for anything else."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}
