"""`GET|POST /count`: what GoatCounter's script sends.

Fields, limits and answers are those of GoatCounter 2 (handlers/count.go). The format names no site.
It is, in this order: what follows in the path, as in `/count/example.com`; the host that was asked,
unless that is our own, so that a host name which moves here from GoatCounter is an alias of its
site; the host of the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from tracking.ingest.accept import Outcome, Refused
from tracking.ingest.hit import Hit
from tracking.ingest.http import Request, Response
from tracking.ingest.protocols.answers import CORS, GIF, PIXEL, UNCACHED, Headers, dropped
from tracking.ingest.protocols.fields import (
    INT32_MAX,
    NAME_CHARACTERS,
    URL_BYTES,
    is_page,
    told,
    whole_number,
)
from tracking.ingest.protocols.page import page_of
from tracking.ingest.refusals import Malformed
from tracking.ingest.text import cut, storable
from tracking.models.sites import normalise_domain

METHODS = frozenset({"GET", "POST"})
PATH = "/count"

# The query's names of the fields, and how errors call them.
NAMES = {
    "p": "path",
    "t": "title",
    "r": "ref",
    "e": "event",
    "s": "size",
    "q": "query",
    "b": "bot",
}
CHARACTERS = {"p": 2048, "t": 1024, "r": 2048}
OWN_EVENTS = frozenset({"pageview", "engagement"})
FIRST_BOT = 150  # lower numbers are the server's own verdicts, which no client sends

Fields = Mapping[str, Any]


def matches(path: str) -> bool:
    return path == PATH or path.startswith(f"{PATH}/")


def body_limit(_path: str) -> int:
    return 1024


def parse(request: Request) -> list[Hit]:
    """One hit, or none and a fault, which the answer tells in GoatCounter's way."""
    try:
        fields = dict(parse_qsl(request.query.decode("utf-8", "replace"), max_num_fields=100))
        site, other_site = sites_of(request)
        return [hit_of(fields, site, page_of(request, other_site or site), other_site)]
    except Malformed as error:
        request.faults[0] = told(error)
    except ValueError:
        request.faults[0] = "query: has too many parameters"
    return []


def answer(request: Request, outcomes: Sequence[Outcome]) -> Response:
    headers: Headers = (*GIF, *CORS, *UNCACHED, *dropped(outcomes))
    if request.faults:
        return Response(400, PIXEL, (*headers, reason(f"not valid: {request.faults[0]}")))
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            return Response(202, PIXEL, (*headers, reason(f"ignored: {outcome.reason}")))
    return Response(200, PIXEL, headers)


def reason(text: str) -> tuple[bytes, bytes]:
    return (b"x-goatcounter", text.encode())


def sites_of(request: Request) -> tuple[str, str]:
    """What the site is called, and what else where no site is called that."""
    named = request.path.removeprefix(PATH).strip("/")
    names = [normalise_domain(named)] if named else [asked_host(request), page_host(request)]
    first, *others = [name for name in names if name] or [""]
    if not first:
        raise Malformed(site="not known: the page sends no referrer, and the path names no site")
    return first, "".join(others)


def asked_host(request: Request) -> str:
    """The host that was asked, or an empty text where it is our own."""
    host = storable(request.headers.get("host", ""))
    return normalise_domain(host) if host != urlsplit(settings.PUBLIC_URL).netloc else ""


def page_host(request: Request) -> str:
    for name in ("referer", "origin"):
        address = storable(request.headers.get(name, ""))
        if is_page(address):
            return normalise_domain(urlsplit(address).hostname or "")
    return ""


def hit_of(fields: Fields, site: str, page: str, other_site: str = "") -> Hit:
    """The hit of fields under the query's names. `page` gives the host, and is an event's page.

    Raises Malformed.
    """
    path = text(fields, "p")
    if not path:
        raise Malformed(path="must be set")
    event = fields.get("e") in (True, 1, "1", "t", "true", "on")
    url = page if event else page_url(page, path, text(fields, "q"))
    if not is_page(url):
        raise Malformed(path="must be a page's path")
    return Hit(
        site=site,
        name=event_name(path) if event else "pageview",
        url=url,
        referrer=cut(text(fields, "r"), URL_BYTES),
        title=text(fields, "t"),
        screen_width=width(fields.get("s")),
        bot=is_bot(fields.get("b")),
        other_site=other_site,
    )


def text(fields: Fields, key: str) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(**{NAMES[key]: "must be a text"})
    most = CHARACTERS.get(key)
    if most and len(value) > most:
        raise Malformed(**{NAMES[key]: f"must be at most {most} characters"})
    return storable(value).strip()


def page_url(page: str, path: str, query: str) -> str:
    """The page's address: `path` with its query, and what `query` has besides."""
    parts = urlsplit(page)
    own = path.partition("?")[2].split("&")
    more = "&".join(each for each in query.removeprefix("?").split("&") if each not in own)
    joint = ("&" if "?" in path else "?") if more else ""
    return cut(f"{parts.scheme}://{parts.netloc}/{path.removeprefix('/')}{joint}{more}", URL_BYTES)


def event_name(path: str) -> str:
    name = path.lstrip("/")[:NAME_CHARACTERS] or "(no event name)"
    if name in OWN_EVENTS:
        raise Malformed(path=f"an event cannot be called {name}")
    return name


def width(size: object) -> int | None:
    """The screen's width in pixels, from a number, "width,height,scale" or a list of the three."""
    if isinstance(size, list):
        size = size[0] if size else None
    if isinstance(size, str):
        try:
            size = float(size.partition(",")[0])
        except ValueError:
            return None
    return whole_number(size, INT32_MAX)


def is_bot(value: object) -> bool:
    try:
        number = int(value) if isinstance(value, str | int) else 0
    except ValueError:
        raise Malformed(bot="must be a number") from None
    if number and number < FIRST_BOT:
        raise Malformed(bot=f"wrong value: {number}")
    return number != 0
