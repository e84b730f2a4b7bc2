"""What a line of a file does not say, told from the addresses of page and referrer."""

from dataclasses import dataclass
from functools import partial

from msgspec import Struct, json

from tracking.enrich.campaign import campaign
from tracking.enrich.channel import channel
from tracking.enrich.referrer import parse_source
from tracking.ingest import pages
from tracking.ingest.lists import QueryRule
from tracking.ingest.rules import rules_of
from tracking.ingest.text import storable
from tracking.models import Site
from tracking.transfer.fields import DERIVED

# What tells the rest, and is itself in the place of what would be told.
TELLING = ("url", "hostname", "path", "referrer", *DERIVED)


class Told(Struct):
    """The values of a line, those that it had among them. `problem` says why there are none."""

    key: str
    problem: str = ""
    hostname: str = ""
    path: str = ""
    referrer: str = ""
    source: str = ""
    channel: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""


@dataclass(frozen=True)
class Derivation:
    """How lines for a site are completed: as enrichment would, by its rule for query strings."""

    query: QueryRule

    @classmethod
    def of(cls, site: Site) -> "Derivation":
        return cls(rules_of(site, watched=False).query)

    def told(self, key: str) -> Told:
        """`key` is a JSON array of what a line has of `TELLING`, null where it does not."""
        has = dict(zip(TELLING, json.decode(key), strict=True))
        try:
            return self._told(key, has)
        except ValueError:
            return Told(key, "Its url is no address.")

    def _told(self, key: str, has: dict[str, str | None]) -> Told:
        url, referrer = has["url"] or "", has["referrer"] or ""
        page = pages.page_of(url, hash_mode=False)
        tags = campaign(page.query)
        hostname = page.hostname.removeprefix("www.")
        path = self._path(page) if url else ""
        if has["path"] is not None:
            hostname, path = has["hostname"] or "", has["path"]
        origin = parse_source(referrer, hostname, tags.source_tag)
        # What has no scheme is no referrer of a browser's, but one that was read before.
        is_read = bool(referrer) and "://" not in referrer
        given = partial(_given, has)
        values = {name: given(name, getattr(tags, name)) for name in DERIVED if "utm" in name}
        source = given("source", origin.source)
        told = channel(
            source=source,
            utm_medium=values["utm_medium"],
            utm_source=values["utm_source"],
            utm_campaign=values["utm_campaign"],
            click_id=tags.click_id,
        )
        return Told(
            key,
            hostname=hostname,
            path=path,
            referrer=referrer if is_read else origin.referrer,
            source=source,
            channel=given("channel", told),
            **values,
        )

    def _path(self, page: pages.Page) -> str:
        path = storable(page.path).strip()
        kept = self.query.kept(page.query)
        return f"{path}?{kept}" if kept else path


def _given(has: dict[str, str | None], name: str, told: str) -> str:
    value = has[name]
    return told if value is None else value
