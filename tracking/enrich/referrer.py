"""From which site a visit came."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from tracking.enrich.sites import source_of_host, source_of_tag

_ANDROID = "android-app"
_SCHEMES = frozenset({"http", "https", _ANDROID})


@dataclass(frozen=True, slots=True)
class Origin:
    """``source`` is a name as people know it, else a bare host; "" for direct visits.

    ``referrer`` is host and path, without "www." and query; "" where there is none or where
    it is the site's own.
    """

    source: str = ""
    referrer: str = ""


@lru_cache(maxsize=4096)
def parse_source(referrer: str, hostname: str, tag: str) -> Origin:
    """Name the source of a hit, by Plausible's rules.

    ``referrer`` is the document's, ``hostname`` the page's own, ``tag`` what the page's
    address says of its source (``Campaign.source_tag``), which goes before the referrer.
    Takes any text; what is no address of a page is no referrer.
    """
    scheme, host, path = _split(referrer)
    own = host == hostname.lower().removeprefix("www.") or host == "localhost"
    if not host or own:
        return Origin(source_of_tag(tag))
    shown = f"{_ANDROID}://{host}" if scheme == _ANDROID else host
    source = source_of_tag(tag) or source_of_host(host) or shown
    return Origin(source, shown + path.rstrip("/"))


def _split(referrer: str) -> tuple[str, str, str]:
    """Scheme, host without "www." and path; three times "" for what is no address."""
    try:
        parts = urlsplit(referrer.strip())
        host = parts.hostname or ""
    except ValueError:
        return "", "", ""
    if parts.scheme not in _SCHEMES or not _is_host(host):
        return "", "", ""
    return parts.scheme, host.rstrip(".").removeprefix("www."), parts.path


def _is_host(host: str) -> bool:
    return bool(host) and host.isprintable() and " " not in host and len(host) <= 253
