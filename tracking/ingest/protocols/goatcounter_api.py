"""`POST /api/v0/count`: what backends send in GoatCounter's format, up to 500 hits at once.

Fields and answers are those of GoatCounter 2 (handlers/api.go). It takes a key, as a Bearer token
or as the password of Basic authorisation. The site is what `?site=` names, else the host that was
asked. Nothing of the request is the visitor's: what a hit leaves out is unknown.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tracking.ingest.accept import Outcome, Refused
from tracking.ingest.hit import Hit, Own
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, JSON, dropped
from tracking.ingest.protocols.fields import BULK_BYTES, EARLIEST, read_json, told
from tracking.ingest.protocols.goatcounter import NAMES, asked_host, hit_of
from tracking.ingest.protocols.own import country, visitor_address
from tracking.ingest.refusals import Malformed, Reason
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"POST"})
PATH = "/api/v0/count"

HITS = 500
OTHER_NAMES = ("user_agent", "location", "language", "ip", "created_at", "session")
TEXT_BYTES = 512
CLOCKS_DIFFER = timedelta(seconds=5)

Item = Mapping[str, Any]


def matches(path: str) -> bool:
    return path == PATH


def body_limit(_path: str) -> int:
    return BULK_BYTES


def parse(request: Request) -> list[Hit]:
    """The hits that are sound; `request.faults` says what is wrong with the others."""
    if not (key := api_key(request)):
        return []
    body = read_json(request.body)
    items = body.get("hits")
    if not isinstance(items, list) or not 1 <= len(items) <= HITS:
        raise Malformed(hits=f"must be a list of 1 to {HITS} hits")
    if body.get("filter") not in (None, [], ["ip"]):
        raise Malformed(filter='can only be ["ip"]')
    site = site_of(request)
    hits = []
    for index, item in enumerate(items):
        try:
            hits.append(hit_of_item(item, site, key, body.get("no_sessions") is True))
        except Malformed as error:
            request.faults[index] = told(error)
    return hits


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    if not api_key(request):
        return error(401, "no API key in the Authorization header")
    reasons = {each.reason for each in outcomes if isinstance(each, Refused)}
    if Reason.UNKNOWN_SITE in reasons:
        return error(400, "no site is called that", outcomes)
    if Reason.KEY in reasons:
        return error(403, "this API key may not send hits for the site", outcomes)
    headers = (*JSON, *CORS, *dropped(outcomes))
    if ignored := refused_indexes(request, outcomes):
        headers += ((b"x-goatcounter-filter", ", ".join(map(str, ignored)).encode()),)
    if request.faults:
        faults = {str(index): sentence for index, sentence in request.faults.items()}
        return Response(400, orjson.dumps({"errors": faults}), headers)
    return Response(202, b'{"status":"ok"}', headers)


def error(status: int, sentence: str, outcomes: Sequence[Outcome] = ()) -> Response:
    return Response(status, orjson.dumps({"error": sentence}), (*JSON, *CORS, *dropped(outcomes)))


def refused_indexes(request: Request, outcomes: Sequence[Outcome]) -> list[int]:
    """Where in the client's list the hits are that were not counted."""
    count = len(outcomes) + len(request.faults)
    sound = [index for index in range(count) if index not in request.faults]
    return [
        index
        for index, outcome in zip(sound, outcomes, strict=True)
        if isinstance(outcome, Refused)
    ]


def api_key(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def site_of(request: Request) -> str:
    site = normalise_domain(storable(request.param("site"))) or asked_host(request)
    if not site:
        raise Malformed(site=f"must be named, as in {PATH}?site=example.com")
    return site


def hit_of_item(item: object, site: str, key: str, no_sessions: bool) -> Hit:
    """Raises Malformed."""
    if not isinstance(item, dict):
        raise Malformed(hit="must be an object")
    texts = {name: text(item, name) for name in OTHER_NAMES}
    known = bool(texts["session"] or (texts["ip"] and texts["user_agent"]))
    if not known and not no_sessions:
        raise Malformed(
            session="session, or ip and user_agent, must be set; "
            "with no_sessions the hit counts without a visitor"
        )
    hit = hit_of({short: item.get(name) for short, name in NAMES.items()}, site, f"https://{site}/")
    hit.own = own(texts)
    hit.language = texts["language"]
    hit.visitor = texts["session"]
    hit.no_visitor = not known
    hit.key = key
    hit.needs_key = True
    return hit


def text(item: Item, name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(**{name: "must be a text"})
    return cut(storable(value).strip(), TEXT_BYTES)


def own(texts: Mapping[str, str]) -> Own:
    return Own(
        address=visitor_address(texts["ip"], "ip"),
        user_agent=texts["user_agent"],
        time=time_of(texts["created_at"]),
        country=country(texts["location"]),
        alone=True,
    )


def time_of(value: str) -> datetime | None:
    """A time of RFC 3339, which names its zone; the year 1 is what Go writes for none."""
    if not value or value.startswith("0001-"):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Malformed(created_at="must be a time such as 2026-05-05T12:00:00Z")
    if not EARLIEST <= time <= datetime.now(UTC) + CLOCKS_DIFFER:
        raise Malformed(created_at="must be in the past, and not before 2000")
    return time
