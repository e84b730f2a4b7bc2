"""`POST /api/event`: Plausible's wire format, which our own script speaks too.

Fields and limits are those of Plausible's events API; `id` is ours: a text that a client makes for
each hit, so that a retry is counted once.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from tracking.ingest.accept import Outcome, Refused
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, TEXT, dropped
from tracking.ingest.refusals import Malformed
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"POST"})
BODY_BYTES = 16 * 1024

NAME_CHARACTERS = 120
URL_BYTES = 2000
PROPS = 30
PROP_KEY_BYTES = 300
PROP_VALUE_BYTES = 2000
DOMAINS = 10
HIT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}")
INT32_MAX = 2**31 - 1
# What has 15 digits before the point and 3 behind it once it is rounded to them.
AMOUNT_BELOW = Decimal("999999999999999.9995")

Body = Mapping[str, Any]


def matches(path: str) -> bool:
    return path == settings.EVENT_PATH


def body_limit(_path: str) -> int:
    return BODY_BYTES


def parse(request: Request) -> list[Hit]:
    """One hit a domain that the body names."""
    body = read_json(request.body)
    name = event_name(body)
    amount, currency = revenue(body) if name not in ("pageview", "engagement") else ("", "")
    url = page_url(body)
    return [
        Hit(
            site=domain,
            name=name,
            url=url,
            referrer=cut(text_of(body, "r", "referrer"), URL_BYTES),
            props=props(body),
            revenue_amount=amount,
            revenue_currency=currency,
            interactive=first(body, "i", "interactive") is not False,
            hash_mode=first(body, "h", "hashMode") in (1, True, "1", "true"),
            scroll_depth=whole_number(first(body, "sd", "scrollDepth"), 100),
            engaged_ms=whole_number(first(body, "e", "engagementTime"), INT32_MAX),
            screen_width=whole_number(first(body, "w", "screenWidth"), INT32_MAX),
            hit_id=hit_id(body),
        )
        for domain in domains(body)
    ]


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    refused = sum(isinstance(outcome, Refused) for outcome in outcomes)
    count = ((b"x-plausible-dropped", str(refused).encode()),) if refused else ()
    return Response(202, b"ok", (*TEXT, *CORS, *count, *dropped(outcomes)))


def read_json(data: bytes) -> Body:
    """The body as an object. orjson refuses what the standard parser lets through: NaN, numbers
    beyond range, lone surrogates and nesting without end."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Malformed(request="must be JSON") from None
    if not isinstance(body, dict):
        raise Malformed(request="must be a JSON object")
    return body


def first(body: Body, *keys: str) -> Any:
    return next((body[key] for key in keys if body.get(key) is not None), None)


def text_of(body: Body, *keys: str) -> str:
    value = first(body, *keys)
    return storable(value).strip() if isinstance(value, str) else ""


def event_name(body: Body) -> str:
    name = text_of(body, "n", "name")
    if not name:
        raise Malformed(event_name="can't be blank")
    if len(name) > NAME_CHARACTERS:
        raise Malformed(event_name=f"should be at most {NAME_CHARACTERS} characters")
    return name


def domains(body: Body) -> list[str]:
    names = [normalise_domain(part) for part in text_of(body, "d", "domain").split(",")]
    named = list(dict.fromkeys(name for name in names if name))
    if not named:
        raise Malformed(domain="can't be blank")
    if len(named) > DOMAINS:
        raise Malformed(domain=f"should be at most {DOMAINS} domains")
    return named


def page_url(body: Body) -> str:
    url = text_of(body, "u", "url")
    if not url:
        raise Malformed(url="is required")
    if len(url.encode()) > URL_BYTES:
        raise Malformed(url=f"should be at most {URL_BYTES} bytes")
    if not is_page(url):
        raise Malformed(url="must be a page's address, such as https://example.com/")
    return url


def is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme not in ("", "data", "javascript") and bool(parts.hostname)


def props(body: Body) -> dict[str, str]:
    """Custom properties as texts: blank and nested values left out, the first 30 kept."""
    value = first(body, "p", "props", "m", "meta")
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    if not isinstance(value, dict):
        return {}
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


def prop_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return storable(str(value)).strip()
    return ""


def revenue(body: Body) -> tuple[str, str]:
    """Amount and currency; two empty texts where they are not both there and sound."""
    value = first(body, "$", "revenue")
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return "", ""
    if not isinstance(value, dict):
        return "", ""
    currency = str(value.get("currency", "")).upper()
    try:
        amount = Decimal(str(value.get("amount", "")))
    except InvalidOperation:
        return "", ""
    if not CURRENCY.fullmatch(currency) or not amount.is_finite() or abs(amount) >= AMOUNT_BELOW:
        return "", ""
    return f"{amount:.3f}", currency


def whole_number(value: object, highest: int) -> int | None:
    """A number between 0 and `highest`, or None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= highest else None


def hit_id(body: Body) -> str:
    value = body.get("id")
    if value is None:
        return ""
    if not isinstance(value, str) or not HIT_ID.fullmatch(value):
        raise Malformed(id="should be a text of 1 to 64 letters, digits, and . : _ -")
    return value
