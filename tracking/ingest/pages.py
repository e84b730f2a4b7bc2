"""The page of a hit, as far as a site's rules ask."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is as reports show it before the site's rule adds parameters of the query string."""

    hostname: str
    path: str
    query: str


@lru_cache(maxsize=4096)
def page_of(address: str, hash_mode: bool) -> Page:
    """Read the address of a page; in hash mode its fragment is part of the path."""
    url = urlsplit(address)
    path = unquote(url.path) or "/"
    if hash_mode and url.fragment:
        path += "#" + unquote(url.fragment)
    return Page(url.hostname or "", path, url.query)
