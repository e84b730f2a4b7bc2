"""`GET|POST /visit/<site>/visited?event=NAME`: the first form of this service."""

from collections.abc import Sequence

from tracking.ingest.accept import Outcome
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, TEXT, UNCACHED, dropped
from tracking.ingest.protocols.fields import NAME_CHARACTERS
from tracking.ingest.protocols.page import page_of
from tracking.ingest.refusals import Malformed
from tracking.ingest.text import storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"GET", "POST"})
PREFIX, SUFFIX = "/visit/", "/visited"


def matches(path: str) -> bool:
    return path.startswith(PREFIX) and path.endswith(SUFFIX) and len(path) > len(PREFIX + SUFFIX)


def body_limit(_path: str) -> int:
    return 1024


def parse(request: Request) -> list[Hit]:
    domain = normalise_domain(storable(request.path[len(PREFIX) : -len(SUFFIX)]))
    name = storable(request.param("event")).strip() or "pageview"
    if len(name) > NAME_CHARACTERS:
        raise Malformed(event=f"should be at most {NAME_CHARACTERS} characters")
    return [Hit(site=domain, name=name, url=page_of(request, domain))]


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    refused = dropped(outcomes)
    body = b"visit not counted" if refused else b"visit recorded"
    return Response(202 if refused else 200, body, (*TEXT, *CORS, *UNCACHED, *refused))
