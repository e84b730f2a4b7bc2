"""Saved funnels of a site: `/api/v1/sites/funnels`, in the manner of goals."""

from typing import Any

from django.db import transaction

from dashboard.api.bodies import known, text
from dashboard.api.endpoint import Answer, Call, needs
from dashboard.api.errors import ApiError
from dashboard.api.paging import page
from dashboard.api.rows import named_site, row_id
from dashboard.api.saving import saving
from realtime import room
from realtime.room.telling import Did, What
from tracking.access import Right
from tracking.models import Funnel
from tracking.models.keys import Scope
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import MOST_SAVED, read_steps

KEYS = ("site_id", "name", "steps", "scope")


def funnel_json(funnel: Funnel) -> dict[str, Any]:
    return {
        "id": str(funnel.pk),
        "name": funnel.name,
        "steps": funnel.steps,
        "scope": funnel.scope,
    }


@needs(Scope.SITES_READ)
def listing(call: Call) -> Answer:
    """`GET /api/v1/sites/funnels?site_id=…`."""
    site = call.site(text(call.request.GET.dict(), "site_id"), Right.SEE)
    funnels, meta = page(Funnel.objects.filter(site=site), call.request.GET)
    return {"funnels": [funnel_json(funnel) for funnel in funnels], "meta": meta}


@needs(Scope.SITES_WRITE)
def save(call: Call) -> Answer:
    """`PUT /api/v1/sites/funnels`: the funnel of that name, made or changed to be as the body."""
    fields = known(call.body, KEYS)
    site = call.site(text(fields, "site_id"), Right.EDIT)
    name, scope = text(fields, "name").strip(), text(fields, "scope", "visitor")
    try:
        read_steps(fields.get("steps"), scope, Definitions(site.pk))
    except QueryError as error:
        raise ApiError(400, str(error)) from None
    with saving():
        old = Funnel.objects.filter(site=site, name=name).first()
        if old is None and site.funnels.count() >= MOST_SAVED:
            raise ApiError(400, f"A site has at most {MOST_SAVED} funnels.")
        funnel = old or Funnel(site=site, name=name)
        is_new, was = old is None, (funnel.steps, funnel.scope)
        funnel.steps, funnel.scope = fields["steps"], scope
        funnel.full_clean()
        if is_new or was != (funnel.steps, funnel.scope):
            funnel.save()
            did = Did.ADDED if is_new else Did.CHANGED
            room.tell(site, did, What.FUNNEL, funnel, by=call.key.user, key=call.key)
    return {"domain": site.domain, **funnel_json(funnel)}


@needs(Scope.SITES_WRITE)
def delete(call: Call, funnel_id: str) -> Answer:
    """`DELETE /api/v1/sites/funnels/FUNNEL_ID`, with `site_id` in the body or the address."""
    site = call.site(named_site(call), Right.EDIT)
    funnel = Funnel.objects.filter(site=site, pk=row_id(funnel_id)).first()
    if funnel is None:
        raise ApiError(404, f"The site {site.domain} has no funnel {funnel_id:.100}.")
    with transaction.atomic():
        funnel.delete()
        room.tell(site, Did.DELETED, What.FUNNEL, funnel, by=call.key.user, key=call.key)
    return {"deleted": True}
