"""`GET|POST /matomo.php`, `/piwik.php`: Matomo's tracking API, single and in bulk.

Parameters and answers are those of Matomo 5 (its developer guide's "Tracking HTTP API"). `idsite`
is an alias of the site. What a request says of its visitor's address, agent, time and place is
believed with `token_auth`, an API key of ours; where Matomo refuses it without, so do we.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import orjson

from tracking.ingest.accept import Accepted, Outcome, Refused
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import BodyTooLarge, Request, Response
from tracking.ingest.protocols.answers import CORS, GIF, JSON, PIXEL, UNCACHED, Headers, dropped
from tracking.ingest.protocols.fields import (
    BODY_BYTES,
    BULK_BYTES,
    INT32_MAX,
    URL_BYTES,
    is_page,
    read_json,
    time_from_seconds,
    time_from_text,
    told,
    whole_number,
)
from tracking.ingest.protocols.matomo_events import kind_of
from tracking.ingest.protocols.own import country, visitor_address
from tracking.ingest.refusals import Malformed, Reason
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"GET", "POST"})
PATHS = frozenset({"/matomo.php", "/piwik.php"})
REQUESTS = 2000
PARAMETERS = 200
# What is answered 400, as Matomo does; what other rules refuse looks like a success there.
INVALID = frozenset({Reason.UNKNOWN_SITE, Reason.KEY})

TEXT_BYTES = 512
TITLE_BYTES = 1024
RECENT = timedelta(hours=24)
# What Matomo takes of a sender with a key alone, as it does older times.
OVERRIDES = ("cip", "country", "region", "city", "lat", "long")

Fields = Mapping[str, str]


def matches(path: str) -> bool:
    return path in PATHS


def body_limit(_path: str) -> int:
    return BULK_BYTES


def parse(request: Request) -> list[Hit]:
    """One hit, or those of a bulk that are sound: `request.faults` tells of the others."""
    if is_bulk(request):
        return parse_bulk(request)
    if len(request.body) > BODY_BYTES:
        raise BodyTooLarge
    fields = fields_of_single(request)
    if not fields.get("url") and not fields.get("urlref"):
        fields["url"] = request.headers.get("referer", "")
    return [hit_of(fields)]


def is_bulk(request: Request) -> bool:
    return request.body.lstrip()[:1] == b"{"


def parse_bulk(request: Request) -> list[Hit]:
    body = read_json(request.body)
    items, key = body.get("requests"), body.get("token_auth")
    if not isinstance(items, list) or len(items) > REQUESTS:
        raise Malformed(requests=f"must be a list of at most {REQUESTS} requests")
    hits = []
    for index, item in enumerate(items):
        try:
            fields = fields_of_item(item)
            hits.append(hit_of(fields, key if isinstance(key, str) else ""))
        except Malformed as error:
            request.faults[index] = told(error)
    return hits


def fields_of_single(request: Request) -> dict[str, str]:
    return fields_of(request.body) | fields_of(request.query)


def fields_of_item(item: object) -> dict[str, str]:
    """The parameters of a bulk's item: a query string, or an object of them."""
    if isinstance(item, str):
        return fields_of(item.partition("?")[2].encode())
    if isinstance(item, dict):
        return {
            key: str(value) for key, value in item.items() if isinstance(value, str | int | float)
        }
    raise Malformed(request="must be a query string")


def fields_of(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("utf-8", "replace"), max_num_fields=PARAMETERS)
    except ValueError:
        raise Malformed(query="has too many parameters") from None
    return dict(pairs)


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    headers = (*cors(request), *UNCACHED, *dropped(outcomes))
    if is_bulk(request):
        return bulk_answer(request, outcomes, headers)
    if any(isinstance(each, Refused) and each.reason in INVALID for each in outcomes):
        return Response(400, PIXEL, (*GIF, *headers))
    if fields_of_single(request).get("send_image") == "0":
        return Response(204, headers=headers)
    return Response(200, PIXEL, (*GIF, *headers))


def bulk_answer(request: Request, outcomes: Sequence[Outcome], headers: Headers) -> Response:
    refused = sum(isinstance(each, Refused) and each.reason in INVALID for each in outcomes)
    invalid = refused + len(request.faults)
    # Who wants no answer is told of what was not sound all the same.
    if not invalid and read_json(request.body).get("send_image") in (0, "0", False):
        return Response(204, headers=headers)
    counts = {
        "status": "success",
        "tracked": sum(isinstance(each, Accepted) for each in outcomes),
        "invalid": invalid,
    }
    return Response(200, orjson.dumps(counts), (*JSON, *headers))


def cors(request: Request) -> Headers:
    """Matomo's script posts with credentials, though none exist here: then `*` is not enough."""
    origin = request.headers.get("origin")
    if not origin:
        return CORS
    others = tuple(each for each in CORS if each[0] != b"access-control-allow-origin")
    return (
        *others,
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


def hit_of(fields: Fields, key: str = "") -> Hit:
    """The hit of a request's parameters; `key` is that of its bulk. Raises Malformed."""
    if fields.get("rec") != "1":
        raise Malformed(rec="must be 1")
    site = normalise_domain(text(fields, "idsite"))
    if not site:
        raise Malformed(idsite="must be set")
    url = text(fields, "url", URL_BYTES)
    if not is_page(url):
        raise Malformed(url="must be a page's address, such as https://example.com/")
    kind = kind_of(fields)
    own = own_of(fields)
    return Hit(
        site=site,
        name=kind.name,
        url=url,
        referrer=text(fields, "urlref", URL_BYTES),
        title=text(fields, "action_name", TITLE_BYTES),
        props=kind.props,
        revenue_amount=kind.revenue_amount,
        revenue_currency=kind.revenue_currency,
        interactive=kind.interactive,
        screen_width=width(fields.get("res", "")),
        language=text(fields, "lang", 100),
        visitor=text(fields, "uid") or text(fields, "cid"),
        own=own,
        key=text(fields, "token_auth") or storable(key),
        needs_key=needs_key(fields, own),
    )


def text(fields: Fields, name: str, size: int = TEXT_BYTES) -> str:
    return cut(storable(fields.get(name, "")).strip(), size)


def width(resolution: str) -> int | None:
    """The screen's width of a resolution such as 1280x1024."""
    digits = resolution.partition("x")[0]
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 10
    return whole_number(int(digits), INT32_MAX) if is_number else None


def own_of(fields: Fields) -> Own:
    return Own(
        address=visitor_address(text(fields, "cip"), "cip"),
        user_agent=text(fields, "ua"),
        time=time_of(text(fields, "cdt")),
        country=country(text(fields, "country")),
        city=text(fields, "city"),
    )


def needs_key(fields: Fields, own: Own) -> bool:
    is_old = own.time is not None and own.time < datetime.now(UTC) - RECENT
    return is_old or any(text(fields, name) for name in OVERRIDES)


def time_of(value: str) -> datetime | None:
    """A Unix time in seconds, or a date and time in UTC. One in the future is now, as at Matomo."""
    if not value:
        return None
    try:
        return time_from_seconds(value) if value.isdigit() else time_from_text(value)
    except Malformed:
        raise Malformed(
            cdt="must be a Unix time or as 2026-05-05 12:00:00, and not before 2000"
        ) from None
