"""From a request in a log to an event: as a hit of the same request would be counted.

The client's address ends here, as that of a hit ends where it is accepted.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC
from functools import lru_cache

from django.conf import settings

from tracking.enrich.language import language
from tracking.enrich.user_agent import parse as parse_agent
from tracking.ingest.accept import is_allowed
from tracking.ingest.bots import is_bot
from tracking.ingest.hit import Flag
from tracking.ingest.pages import page_of
from tracking.ingest.place import Place, Places
from tracking.ingest.rules import rules_of
from tracking.ingest.spam import is_spam
from tracking.ingest.text import storable
from tracking.ingest.visitor import visitor_id
from tracking.models import FileSalts, Site
from tracking.transfer.access_logs.entry import Entry
from tracking.transfer.access_logs.requests import Counted, Uncounted, counted

PLACES = 20_000
# Before it there was nothing to count: see `tracking.transfer.checks`.
FIRST_YEAR = 2000

Fields = dict[str, object]


class Reader:
    """Reads the requests of a log for a site."""

    def __init__(self, site: Site) -> None:
        self.rules = rules_of(site, watched=False)
        names = (site.domain, *(alias.name for alias in site.aliases.all()))
        self.hosts = {name.partition(":")[0] for name in names}
        self.domain = site.domain
        self.salts = FileSalts(site)
        # Goes with the reader, and the addresses with it.
        self.place_of: Callable[[str], Place] = lru_cache(PLACES)(
            Places(settings.GEOIP_FILE).lookup
        )

    def fields(self, entry: Entry) -> Fields | Uncounted:
        """The fields of an event as docs/transfer.md explains them, or why there is none."""
        what = counted(entry)
        if isinstance(what, Uncounted):
            return what
        host = self._host(entry.host)
        if not host:
            return Uncounted.HOST
        url = f"https://{host}{storable(entry.target)}"
        uncounted = self._uncounted(entry, host, url)
        if uncounted:
            return uncounted
        place = self.place_of(entry.address)
        if place.country in self.rules.blocked_countries:
            return Uncounted.COUNTRY
        return self._event(entry, what, url, place.as_precise_as(self.rules.place_precision))

    def _host(self, host: str) -> str:
        """The page's host, the site's own where the log names none; blank if it is not the site's.

        By the site's list of hosts if it has one, else its own names and what is below them.
        """
        if not host:
            return self.domain
        name = host.removeprefix("www.")
        if self.rules.allowed_hostnames:
            return host if is_allowed(host, self.rules) else ""
        is_own = any(name == own or name.endswith(f".{own}") for own in self.hosts)
        return host if is_own else ""

    def _uncounted(self, entry: Entry, host: str, url: str) -> Uncounted | None:
        """The first rule by which a request is left out, by rising cost of asking, as for hits."""
        rules = self.rules
        if rules.honour_opt_out and entry.opts_out:
            return Uncounted.OPTED_OUT
        if rules.blocked_pages and page_of(url, hash_mode=False).path in rules.blocked_pages:
            return Uncounted.PAGE
        if entry.address in rules.blocked_addresses:
            return Uncounted.ADDRESS
        if entry.logs_agents and not entry.user_agent:
            return Uncounted.NO_AGENT
        if is_spam(entry.referrer, host):
            return Uncounted.SPAM
        if not rules.bots_apart and is_bot(entry.user_agent):
            return Uncounted.BOT
        return None

    def _event(self, entry: Entry, what: Counted, url: str, place: Place) -> Fields:
        agent = parse_agent(entry.user_agent)
        flags = Flag.BOT if self.rules.bots_apart and is_bot(entry.user_agent) else ""
        return {
            "timestamp": entry.time.isoformat(),
            "visitor": self._visitor(entry, flags),
            "name": what.name,
            "url": url,
            "referrer": storable(entry.referrer) if "://" in entry.referrer else "",
            "country": place.country,
            "region": place.region,
            "city": place.city,
            "browser": agent.browser,
            "browser_version": agent.browser_version,
            "os": agent.os,
            "os_version": agent.os_version,
            "device": agent.device,
            "language": language(entry.language),
            "props": {name: storable(value) for name, value in what.props.items()},
            "flags": flags,
        }

    def _visitor(self, entry: Entry, flags: str) -> str:
        if entry.time.year < FIRST_YEAR:
            return ""
        key = self.salts.key(entry.time.astimezone(UTC).date())
        agent = f"{entry.user_agent}\0{flags}" if flags else entry.user_agent
        return f"{visitor_id(key, self.rules.id, entry.address, agent):x}"


def record_key(entry: Entry) -> str:
    """What tells a request from others in another file of the same log. Knows no address."""
    parts = (
        entry.time.isoformat(),
        entry.method,
        entry.host,
        entry.target,
        entry.status,
        entry.referrer,
        entry.user_agent,
    )
    text = "\0".join(map(str, parts))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
