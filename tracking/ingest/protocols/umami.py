"""`POST /api/send` and `POST /api/batch`: Umami's wire format.

A hit is `{"type": "event", "payload": {...}}`, a batch a list of such. Types and fields are those
of Umami's tracker and API. Differences: properties are bounded as in Plausible's format, `browser`,
`os` and `device` are read from the user agent only, and `hit_id` is ours: a text that a client
makes for each hit, so that a retry is counted once.

`identify` tells about a person and is no event: it is answered and not kept. Its `id` comes with
the events after it, too, and names their visitor. `performance` tells the web vitals of a page.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urljoin
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from tracking import vitals
from tracking.ingest.accept import Accepted, Outcome
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, JSON, dropped
from tracking.ingest.protocols.fields import (
    BODY_BYTES,
    BULK_BYTES,
    NAME_CHARACTERS,
    PROP_KEY_BYTES,
    PROP_VALUE_BYTES,
    PROPS,
    TITLE_BYTES,
    URL_BYTES,
    VISITOR_BYTES,
    Body,
    checked_url,
    hit_id,
    json_of,
    money,
    prop_text,
    text_of,
    time_from_seconds,
    told,
)
from tracking.ingest.protocols.own import visitor_address
from tracking.ingest.refusals import LIMITS, Malformed, Reason
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"POST"})
SEND, BATCH = "/api/send", "/api/batch"
BATCH_HITS = 1000

WEBSITE_BYTES = 253
USER_AGENT_BYTES = 512
LANGUAGE_BYTES = 35
NESTING = 8
SCREEN = re.compile(r"(\d{1,5})x\d{1,5}", re.ASCII)
# Names that mean something else here: an event of that name would not count as an event.
OTHER_NAMES = {"pageview": "Pageview", "engagement": "Engagement"}

HOUR_MS = 3_600_000


def matches(path: str) -> bool:
    return path in (SEND, BATCH)


def body_limit(path: str) -> int:
    return BULK_BYTES if path == BATCH else BODY_BYTES


def parse(request: Request) -> list[Hit]:
    """A hit for each event; what is wrong with the others goes into the request's faults."""
    hits = []
    for index, item in enumerate(items_of(request)):
        try:
            if hit := hit_of(item):
                hits.append(hit)
        except Malformed as error:
            request.faults[index] = told(error)
    return hits


def items_of(request: Request) -> list[Any]:
    """The items of a batch, or the one that is sent alone."""
    body = json_of(request.body)
    if request.path == SEND:
        return [body]
    if not isinstance(body, list):
        raise Malformed(request="must be a JSON list")
    if len(body) > BATCH_HITS:
        raise Malformed(request=f"should be at most {BATCH_HITS} items")
    return body


def hit_of(item: object) -> Hit | None:
    """The hit of an item; None for one that is sound and no event."""
    if not isinstance(item, dict) or not isinstance(payload := item.get("payload"), dict):
        raise Malformed(request="must be an object with a type and a payload")
    kind = item.get("type")
    if kind not in ("event", "identify", "performance"):
        raise Malformed(type="must be event, identify or performance")
    website = text_of(payload, "website")
    if not website or len(website.encode()) > WEBSITE_BYTES:
        raise Malformed(website=f"should be an id of at most {WEBSITE_BYTES} bytes")
    if kind == "identify":
        return None
    hit = page_hit(payload, website)
    if kind == "performance":
        hit.name = "engagement"
        hit.props = vitals.props_of(payload)
    elif name := event_name(payload):
        hit.name = name
        hit.revenue_amount, hit.revenue_currency = revenue(payload)
    return hit


def page_hit(payload: Body, website: str) -> Hit:
    """A pageview with all that an item of any type may say."""
    base = f"https://{text_of(payload, 'hostname') or 'localhost'}"
    screen = SCREEN.fullmatch(text_of(payload, "screen"))
    return Hit(
        site=normalise_domain(website),
        name="pageview",
        url=checked_url(joined(base, text_of(payload, "url") or "/")),
        referrer=referrer(base, text_of(payload, "referrer")),
        title=title(text_of(payload, "title")),
        props=props(payload),
        # Umami counts what follows # as part of the path.
        hash_mode=True,
        screen_width=int(screen[1]) if screen else None,
        hit_id=hit_id(payload, "hit_id"),
        language=cut(text_of(payload, "language"), LANGUAGE_BYTES),
        visitor=cut(text_of(payload, "id"), VISITOR_BYTES),
        own=own(payload),
    )


def joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        raise Malformed(url="must be an address or a path") from None


def referrer(base: str, text: str) -> str:
    try:
        return cut(urljoin(base, text), URL_BYTES) if text else ""
    except ValueError:
        return ""


def title(text: str) -> str:
    """Older trackers send the title percent-encoded."""
    with suppress(UnicodeDecodeError):
        text = unquote(text, errors="strict")
    return cut(storable(text).strip(), TITLE_BYTES)


def event_name(payload: Body) -> str:
    name = text_of(payload, "name")
    if len(name) > NAME_CHARACTERS:
        raise Malformed(name=f"should be at most {NAME_CHARACTERS} characters")
    return OTHER_NAMES.get(name, name)


def props(payload: Body) -> dict[str, str]:
    """The data with nested names joined by dots, and the tag; the first 30 kept, long ones cut."""
    texts = dict(flattened(payload.get("data"), "", NESTING))
    if tag := text_of(payload, "tag"):
        texts = {"tag": cut(tag, PROP_VALUE_BYTES), **texts}
    return dict(list(texts.items())[:PROPS])


def flattened(data: object, prefix: str, levels: int) -> Iterator[tuple[str, str]]:
    if not isinstance(data, dict) or not levels:
        return
    for name, value in data.items():
        key = prefix + storable(name)
        if isinstance(value, dict):
            yield from flattened(value, f"{key}.", levels - 1)
            continue
        text = orjson.dumps(value).decode() if isinstance(value, list) else prop_text(value)
        if key and text:
            yield cut(key, PROP_KEY_BYTES), cut(storable(text), PROP_VALUE_BYTES)


def revenue(payload: Body) -> tuple[str, str]:
    """`revenue` and `currency` of the data, where the amount is above zero."""
    data = payload.get("data")
    if not isinstance(data, dict):
        return "", ""
    amount, currency = money(data.get("revenue"), data.get("currency"))
    return (amount, currency) if amount and float(amount) > 0 else ("", "")


def own(payload: Body) -> Own:
    moment = payload.get("timestamp")
    return Own(
        address=visitor_address(text_of(payload, "ip"), "ip"),
        user_agent=cut(text_of(payload, "userAgent"), USER_AGENT_BYTES),
        time=None if moment is None else time_from_seconds(moment),
    )


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    answers = answers_of(request, outcomes)
    headers = (*JSON, *CORS, *dropped(outcomes))
    if request.path == SEND:
        [(status, content)] = answers
        return Response(status, orjson.dumps(content), headers)
    failed = [
        {"index": index, "response": content}
        for index, (status, content) in enumerate(answers)
        if status != 200
    ]
    tokens = [content["cache"] for _, content in answers if content.get("cache")]
    batch = {
        "size": len(answers),
        "processed": len(answers) - len(failed),
        "errors": len(failed),
        "details": failed,
        "cache": next(iter(tokens), None),
    }
    return Response(200, orjson.dumps(batch), headers)


def answers_of(request: Request, outcomes: Sequence[Outcome]) -> list[tuple[int, dict[str, Any]]]:
    """Status and content for each item, in the client's order."""
    rest = iter(outcomes)
    answers = []
    for index, item in enumerate(items_of(request)):
        if index in request.faults:
            answers.append(error(400, "bad-request", request.faults[index]))
        elif item["type"] == "identify":
            answers.append((200, session()))
        else:
            answers.append(answer_of(next(rest)))
    return answers


def answer_of(outcome: Outcome) -> tuple[int, dict[str, Any]]:
    if isinstance(outcome, Accepted):
        return 200, session(*session_ids(outcome))
    match outcome.reason:
        case Reason.BOT:
            return 200, {"beep": "boop"}
        case Reason.UNKNOWN_SITE:
            return error(400, "bad-request", "Website not found.")
        case reason if reason in LIMITS:
            return error(429, "too-many-requests", "Too many hits; send it again later.")
    return 200, session()


def session(session_id: str = "", visit_id: str = "") -> dict[str, Any]:
    """What a tracker keeps and sends back. Nothing here reads it: a hit says all by itself."""
    cache = f"{session_id}.{visit_id}" if session_id else ""
    return {"cache": cache, "sessionId": session_id, "visitId": visit_id}


def session_ids(accepted: Accepted) -> tuple[str, str]:
    """Ids for the visitor, as long as the day's salt lives, and, as Umami's, for one hour of it."""
    waiting = accepted.waiting
    visitor: UUID = uuid5(NAMESPACE_URL, f"{accepted.site_id}/{waiting.visitor}")
    return str(visitor), str(uuid5(visitor, str(waiting.time_ms // HOUR_MS)))


def error(status: int, code: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": message, "code": code, "status": status}}
