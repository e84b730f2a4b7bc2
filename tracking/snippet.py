"""What a site's owner puts into its pages."""

from html import escape
from urllib.parse import quote

from django.conf import settings

from tracking.ingest.protocols import image, visited
from tracking.ingest.script import path_of
from tracking.models import Site


def snippet(site: Site) -> str:
    """The line for the head of each page: HTML as text, which a template still escapes."""
    return _line(site, settings.SCRIPT_PATH)


def vitals_snippet(site: Site) -> str:
    """The line in the place of `snippet` where web vitals are measured too."""
    return _line(site, path_of(settings.SCRIPT_PATH, "vitals"))


def _line(site: Site, path: str) -> str:
    source = settings.PUBLIC_URL + path
    return f'<script defer data-domain="{escape(site.domain)}" src="{escape(source)}"></script>'


def image_snippet(site: Site) -> str:
    """The line for pages and mail without scripts, as text too."""
    source = settings.PUBLIC_URL + image.PREFIX + quoted(site.domain) + image.SUFFIX
    # By default a browser names only the host of the page to another host.
    return (
        f'<img src="{escape(source)}" alt="" width="1" height="1" '
        'referrerpolicy="no-referrer-when-downgrade">'
    )


def visited_address(site: Site, event: str) -> str:
    """The address that any program can ask for to count an event."""
    path = visited.PREFIX + quoted(site.domain) + visited.SUFFIX
    return f"{settings.PUBLIC_URL}{path}?event={quote(event)}"


def quoted(domain: str) -> str:
    return quote(domain, safe=":")
