"""The page of a hit, as far as a site's rules ask."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tracking.ingest.hit import Hit


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is as reports show it before the site's rule adds parameters of the query string."""

    hostname: str
    path: str
    query: str


def page_of(hit: Hit) -> Page:
    url = urlsplit(hit.url)
    path = unquote(url.path) or "/"
    if hit.hash_mode and url.fragment:
        path += "#" + unquote(url.fragment)
    return Page(url.hostname or "", path, url.query)
