"""Keeping a funnel under a name, and letting it go."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.behaviour import steps as written
from dashboard.room import Did, What, tell
from tracking.access import Right
from tracking.models import Funnel, Site
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import MOST_SAVED, read_steps

LONGEST = Funnel._meta.get_field("name").max_length


@site_view(Right.EDIT)
@require_POST
def save(request: HttpRequest, site: Site) -> HttpResponse:
    """Keep the steps. Under a name that there is, they take the old ones' place."""
    name, scope = request.POST.get("name", "").strip(), request.POST.get("scope", "visitor")
    try:
        steps = [written.parse(each) for each in request.POST.getlist("step")]
        read_steps(steps, scope, Definitions(site.pk))
        _check(site, name)
    except QueryError as error:
        messages.error(request, str(error))
        return redirect("funnels", site.domain)
    with transaction.atomic():
        kept, made = Funnel.objects.update_or_create(
            site=site, name=name, defaults={"steps": steps, "scope": scope}
        )
        tell(request, site, Did.ADDED if made else Did.CHANGED, What.FUNNEL, kept)
    messages.success(request, f"“{kept}” is {'saved' if made else 'changed'}.")
    return redirect(f"{reverse('funnels', args=[site.domain])}?funnel={kept.pk}")


def _check(site: Site, name: str) -> None:
    if not 1 <= len(name) <= (LONGEST or 0) or "\0" in name:
        raise QueryError(f"A funnel needs a name of at most {LONGEST} characters.")
    if site.funnels.count() >= MOST_SAVED and not site.funnels.filter(name=name).exists():
        raise QueryError(f"A site has at most {MOST_SAVED} funnels. Delete some first.")


@site_view(Right.EDIT)
@require_POST
def delete(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.funnels, pk=number)
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.FUNNEL, found)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("funnels", site.domain)
