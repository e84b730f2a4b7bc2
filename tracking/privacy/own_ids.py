"""From a site's own id of a visitor to the visitor ids under which something may be stored."""

from collections.abc import Iterator
from hashlib import sha256

from tracking.ingest.hit import Flag
from tracking.ingest.protocols import fields, matomo
from tracking.ingest.text import cut, storable
from tracking.ingest.visitor import visitor_id
from tracking.models import ImportKey, OwnIdKey, Salt, Site, VisitorKey

# What stands in the place of a user agent beside an own id, see `tracking.ingest.accept.identity`.
AGENTS = ("", f"\0{Flag.BOT}")
# To which wire formats cut it.
LENGTHS = (fields.VISITOR_BYTES, matomo.TEXT_BYTES)


def visitors_called(site: Site, own_id: str) -> set[int]:
    """The ids of a visitor whom the site's pages, servers or imported files call so.

    Those too that the id had or has for a day, as long as the day's salt lives. Empty for none.
    """
    name = storable(own_id).strip()
    if not name:
        return set()
    hashed = {
        visitor_id(key, site.pk, cut(name, most), agent)
        for key in keys(site)
        for most in LENGTHS
        for agent in AGENTS
    }
    return hashed | set(imported(site, name))


def keys(site: Site) -> Iterator[bytes]:
    for rows in (
        OwnIdKey.objects.filter(site=site),
        VisitorKey.objects.filter(site=site),
        Salt.objects.all(),
    ):
        yield from map(bytes, rows.values_list("key", flat=True))


def imported(site: Site, name: str) -> Iterator[int]:
    """As `tracking.transfer.staging` hashes the visitors of files."""
    for key in ImportKey.objects.filter(site=site).values_list("key", flat=True):
        yield int(sha256(f"{key}{name}".encode()).hexdigest()[:15], 16)
