"""`GET /image/<site>.gif`: a pageview without a script, for pages and mail."""

from collections.abc import Sequence

from tracking.ingest.accept import Outcome
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, GIF, PIXEL, UNCACHED, dropped
from tracking.ingest.protocols.page import page_of
from tracking.ingest.text import storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"GET"})
PREFIX, SUFFIX = "/image/", ".gif"


def matches(path: str) -> bool:
    return path.startswith(PREFIX) and path.endswith(SUFFIX)


def body_limit(_path: str) -> int:
    return 1024


def parse(request: Request) -> list[Hit]:
    domain = normalise_domain(storable(request.path[len(PREFIX) : -len(SUFFIX)]))
    return [Hit(site=domain, name="pageview", url=page_of(request, domain))]


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    refused = dropped(outcomes)
    return Response(202 if refused else 200, PIXEL, (*GIF, *CORS, *UNCACHED, *refused))
