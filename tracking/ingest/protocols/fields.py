"""What wire formats share: a client's fields as a hit holds them, bounded and storable.

A reader raises Malformed, whose field is the hit's, where a hit cannot do without a value; any
other value that is not sound is left out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import orjson

from tracking.ingest.refusals import Malformed
from tracking.ingest.text import storable

BODY_BYTES = 16 * 1024  # of a request with one hit
BULK_BYTES = 1024 * 1024  # of one with many

NAME_CHARACTERS = 120
TITLE_BYTES = 500
URL_BYTES = 2000
PROPS = 30
PROP_KEY_BYTES = 300
PROP_VALUE_BYTES = 2000
VISITOR_BYTES = 200
HIT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}")
INT32_MAX = 2**31 - 1
# Before it there was nothing to count: a wrong clock, or the wrong unit.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# What has 15 digits before the point and 3 behind it once it is rounded to them.
AMOUNT_BELOW = Decimal("999999999999999.9995")

Body = Mapping[str, Any]


def json_of(data: bytes) -> Any:
    """What the text says. orjson refuses what the standard parser lets through: NaN, numbers
    beyond range, lone surrogates and nesting without end."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Malformed(request="must be JSON") from None


def read_json(data: bytes) -> Body:
    """The body as an object."""
    body = json_of(data)
    if not isinstance(body, dict):
        raise Malformed(request="must be a JSON object")
    return body


def first(body: Body, *keys: str) -> Any:
    for key in keys:
        if (value := body.get(key)) is not None:
            return value
    return None


def text_of(body: Body, *keys: str) -> str:
    value = first(body, *keys)
    return storable(value).strip() if isinstance(value, str) else ""


def checked_url(url: str) -> str:
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


def prop_text(value: object) -> str:
    """A property as text; empty for a value that is none, such as a nested one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return storable(str(value)).strip()
    return ""


def money(amount: object, currency: object) -> tuple[str, str]:
    """Amount and currency; two empty texts where they are not both there and sound."""
    code = str(currency).upper()
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return "", ""
    if not CURRENCY.fullmatch(code) or not number.is_finite() or abs(number) >= AMOUNT_BELOW:
        return "", ""
    return f"{number:.3f}", code


def whole_number(value: object, highest: int) -> int | None:
    """A number between 0 and `highest`, or None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= highest else None


def time_from_text(text: str) -> datetime:
    """An ISO 8601 time; one without a zone is in UTC."""
    try:
        time = datetime.fromisoformat(text)
        return late_enough(time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC))
    except (ValueError, OverflowError):
        raise Malformed(timestamp="must be a time such as 2026-01-31T12:00:00Z") from None


def time_from_seconds(seconds: object) -> datetime:
    """A Unix time in seconds, as a number or the text of one."""
    try:
        return late_enough(datetime.fromtimestamp(float(str(seconds)), UTC))
    except (ValueError, OverflowError, OSError):
        raise Malformed(timestamp="must be a Unix time in seconds") from None


def late_enough(time: datetime) -> datetime:
    """The time, unless it is before EARLIEST."""
    if time < EARLIEST:
        raise Malformed(timestamp="must not be before 2000")
    return time


def hit_id(body: Body, key: str) -> str:
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or not HIT_ID.fullmatch(value):
        raise Malformed(**{key: "should be a text of 1 to 64 letters, digits, and . : _ -"})
    return value


def told(error: Malformed) -> str:
    """All that is wrong, in one text: `url: is required`."""
    return "; ".join(f"{field}: {', '.join(texts)}" for field, texts in error.errors.items())
