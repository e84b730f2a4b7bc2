"""What a request in a log counts as: a page that was seen, one that was missing, a download.

Most requests count as nothing: what pages are made of, what programs ask for, what was not
delivered. `Uncounted` says why.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

from tracking.transfer.access_logs.entry import Entry


class Uncounted(StrEnum):
    """Requests that are in order and count as nothing, as a report of them says."""

    NO_HTTP = "What is no request of HTTP"
    METHOD = "Requests of other methods than GET"
    STATUS = "Redirects, errors, and what else delivers no page"
    FILE = "Files that pages are made of, feeds, and other files for programs"
    PROBE = "Addresses that no visitor reads, such as /robots.txt and /wp-login.php"
    AHEAD = "What browsers asked for ahead of time, or for a part of a page"
    BOT = "Requests of bots"
    NO_AGENT = "Requests without a user agent, which every browser has"
    HOST = "Requests for hosts that are no name of the site"
    OPTED_OUT = "Requests of visitors who ask not to be counted"
    PAGE = "Pages that the site does not count"
    ADDRESS = "Requests of addresses that the site does not count"
    COUNTRY = "Requests of countries that the site does not count"
    SPAM = "Requests with the referrer of a known spammer"


# 304: the browser showed the copy that it had kept, to somebody who wanted to see the page.
SEEN = frozenset({200, 304})
MISSING = 404

# Endings of names. The first are those that the tracker counts.
LOADED = (
    "7z avi csv dmg docx exe gz key midi mov mp3 mp4 mpeg pdf pkg pps ppt pptx rar rtf txt"
    " wav wma wmv xlsx zip"
)
PARTS = (
    "aac apng appcache atom avif bmp br bz2 cjs class css cur deb eot eps flac flv gif heic ico"
    " ics jar jpeg jpg js json json5 jsonld less m3u8 m4a m4s m4v map md5 mjs mkv ogg ogv opus"
    " otf pem png psd rdf rpm rss scss sha1 sha256 sig svg svgz swf tar tgz tif tiff toml ts ttf"
    " vcf vtt wasm webm webmanifest webp woff woff2 xml xsl xz yaml yml zst"
)
DOWNLOADS, FILES = frozenset(LOADED.split()), frozenset(PARTS.split())
FEED = re.compile(r"/(?:feeds?|rss|atom)(?:/(?:rss2?|atom|rdf))?/?\Z|[?&]feed=", re.IGNORECASE)
# What programs and scanners ask for, or pages behind their visitors' backs.
PROBES = re.compile(
    r"/\.|/(?:robots|ads|app-ads|humans|security|llms)\.txt\Z|/(?:sw|service-worker)\.js\Z"
    r"|\A/(?:cdn-cgi|cgi-bin|wp-json|wp-includes|wp-content|phpmyadmin|_next|_nuxt)(?:/|\Z)"
    r"|/vendor/phpunit/"
    r"|/(?:wp-login|wp-cron|xmlrpc|wp-signup|wp-comments-post|eval-stdin|phpinfo)\.php\Z"
    r"|/wp-admin(?:/|\Z)|/(?:healthz?|livez|readyz|server-status|nginx_status|stub_status)\Z"
    r"|\.(?:env|git|bak|old|sql|swp|asmx|axd)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """An event: its name as the tracker calls it, and its properties."""

    name: str
    props: dict[str, str] = field(default_factory=dict)


PAGEVIEW = Counted("pageview")


def counted(entry: Entry) -> Counted | Uncounted:
    """What a request counts as, before its site's rules and who sent it are looked at."""
    if not entry.method:
        return Uncounted.NO_HTTP
    if entry.method != "GET":
        return Uncounted.METHOD
    if entry.status not in SEEN and entry.status != MISSING:
        return Uncounted.STATUS
    kind = kind_of(entry.target)
    if isinstance(kind, Uncounted):
        return kind
    if _is_ahead(entry):
        return Uncounted.AHEAD
    if kind.is_download:
        # The rest of a file that broke off is 206; one that the browser has is not loaded.
        url = {"url": entry.target.partition("?")[0]}
        return Counted("File Download", url) if entry.status == 200 else Uncounted.STATUS
    return Counted("404", {"path": kind.path}) if entry.status == MISSING else PAGEVIEW


def _is_ahead(entry: Entry) -> bool:
    """Whether the browser says that nobody asked to see a page."""
    purpose = entry.purpose.lower()
    return (
        "prefetch" in purpose
        or "preview" in purpose
        or entry.destination not in ("", "document", "iframe", "frame")
        or entry.requested_with.lower() == "xmlhttprequest"
    )


@dataclass(frozen=True, slots=True)
class Kind:
    path: str
    is_download: bool


@lru_cache(maxsize=4096)
def kind_of(target: str) -> Kind | Uncounted:
    """What a request is for, by its path."""
    # Else it is meant for a proxy, or `*`.
    if not target.startswith("/"):
        return Uncounted.PROBE
    path = unquote(target.partition("?")[0])
    if PROBES.search(path):
        return Uncounted.PROBE
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in FILES or FEED.search(path) or FEED.search(target):
        return Uncounted.FILE
    return Kind(path, ending in DOWNLOADS)
