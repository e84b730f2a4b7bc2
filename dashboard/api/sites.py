"""Sites: `/api/v1/sites`, as Plausible's Sites API has them."""

from typing import Any

from django.db import transaction

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.paging import page
from dashboard.api.saving import saving
from realtime import room
from realtime.room.telling import Did, What
from tracking.access import Right, visible_sites
from tracking.audit import differences
from tracking.models import Site, SiteAlias
from tracking.models.keys import Scope
from tracking.site_creation import create_site

# What Plausible's clients may send and nothing here hangs on.
PASSED_OVER = ("team_id", "tracker_script_configuration")
KEYS = ("domain", "timezone", *PASSED_OVER)


def site_json(site: Site) -> dict[str, Any]:
    return {"domain": site.domain, "timezone": site.timezone}


@needs(Scope.SITES_READ)
def listing(call: Call) -> Answer:
    """`GET /api/v1/sites`: those that the key's owner may see."""
    sites, meta = page(call.key.opened(visible_sites(call.key.user)), call.request.GET)
    return {"sites": [site_json(site) for site in sites], "meta": meta}


@needs(Scope.SITES_READ)
def read(call: Call, site_id: str) -> Answer:
    """`GET /api/v1/sites/SITE_ID`."""
    return site_json(call.site(site_id, Right.SEE))


@needs(Scope.SITES_WRITE)
def create(call: Call) -> Answer:
    """`POST /api/v1/sites`: the new site belongs to the key's owner."""
    if call.key.site_id:
        raise ApiError(403, "This API key is for one site, and adds no other.")
    fields = known(call.body, KEYS)
    with saving():
        site = create_site(text(fields, "domain"), text(fields, "timezone", "UTC"), call.key.user)
        room.tell(site, Did.ADDED, What.SITE, site, by=call.key.user, key=call.key)
    return site_json(site)


@needs(Scope.SITES_WRITE)
def update(call: Call, site_id: str) -> Answer:
    """`PUT /api/v1/sites/SITE_ID`: another domain, another time zone, or both."""
    site = call.site(site_id, Right.MANAGE)
    fields = known(call.body, KEYS)
    was = site_json(site)
    site.domain = text(fields, "domain", site.domain)
    site.timezone = text(fields, "timezone", site.timezone)
    with saving():
        site.full_clean()
        site.save()
        if site.domain != was["domain"]:
            keep_counting(site, was["domain"])
        changed = differences(was, site_json(site))
        room.tell(site, Did.CHANGED, What.SETTINGS, by=call.key.user, key=call.key, details=changed)
    return site_json(site)


@needs(Scope.SITES_WRITE)
def delete(call: Call, site_id: str) -> Answer:
    """`DELETE /api/v1/sites/SITE_ID`: the site with all its figures."""
    site = call.site(site_id, Right.OWN)
    with transaction.atomic():
        room.tell(site, Did.DELETED, What.SITE, site, by=call.key.user, key=call.key)
        site.delete()
    return {"deleted": True}


def keep_counting(site: Site, before: str) -> None:
    """Let pages that still call the site by its domain of before go on counting."""
    site.aliases.filter(name=site.domain).delete()
    SiteAlias.objects.get_or_create(name=before, defaults={"site": site})
