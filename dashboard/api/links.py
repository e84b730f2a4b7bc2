"""Links to a site's report: `/api/v1/sites/shared-links`, as Plausible's Sites API has them."""

from typing import Any

from django.conf import settings

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.paging import page
from dashboard.api.saving import saving
from dashboard.report.place import Place
from realtime import room
from realtime.room.telling import Did, What
from tracking.access import Right
from tracking.models import SharedLink
from tracking.models.keys import Scope


def link_json(link: SharedLink) -> dict[str, Any]:
    address = Place(link.site, link=link).url("report")
    return {"name": link.name, "url": f"{settings.PUBLIC_URL}{address}"}


@needs(Scope.SITES_WRITE)
def listing(call: Call) -> Answer:
    """`GET /api/v1/sites/shared-links?site_id=…`; whoever reads a link can hand it on."""
    site = call.site(text(call.request.GET.dict(), "site_id"), Right.MANAGE)
    links, meta = page(SharedLink.objects.filter(site=site), call.request.GET)
    return {"shared_links": [link_json(link) for link in links], "meta": meta}


@needs(Scope.SITES_WRITE)
def find_or_create(call: Call) -> Answer:
    """`PUT /api/v1/sites/shared-links`: the link of that name, made if there is none."""
    fields = known(call.body, ["site_id", "name"])
    site = call.site(text(fields, "site_id"), Right.MANAGE)
    name = text(fields, "name")
    link = SharedLink.objects.filter(site=site, name=name, is_public=False).first()
    if link is None:
        link = SharedLink(site=site, name=name, created_by=call.key.user)
        with saving():
            link.full_clean()
            link.save()
            room.tell(site, Did.ADDED, What.LINK, link, by=call.key.user, key=call.key)
    return link_json(link)
