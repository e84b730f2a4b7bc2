"""The page on which an owner decides which hits count, and sees which did not."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.debugger.refusals import DAYS, last_days
from dashboard.room import Did, What, tell
from dashboard.sites.forms import AliasForm, RulesForm
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site, SiteAlias


@site_view(Right.MANAGE)
def rules(request: HttpRequest, site: Site) -> HttpResponse:
    form = RulesForm(request.POST or None, instance=site)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            tell(request, site, Did.CHANGED, What.RULES, details=changed_fields(form))
        messages.success(request, "The rules are saved. They hold from now on.")
        return redirect("site_rules", site.domain)
    return page(request, site, form, AliasForm())


@site_view(Right.MANAGE)
@require_POST
def add_alias(request: HttpRequest, site: Site) -> HttpResponse:
    form = AliasForm(request.POST, instance=SiteAlias(site=site))
    if form.is_valid():
        with transaction.atomic():
            tell(request, site, Did.ADDED, What.NAME, form.save())
        return aliases_shown(request, site)
    if request.htmx:
        return part(request, site, form)
    return page(request, site, RulesForm(instance=site), form)


@site_view(Right.MANAGE)
@require_POST
def remove_alias(request: HttpRequest, site: Site, alias: int) -> HttpResponse:
    found = site.aliases.filter(pk=alias).first()
    if found is None:
        raise Http404("No such name.")
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.NAME, found)
    return aliases_shown(request, site)


def aliases_shown(request: HttpRequest, site: Site) -> HttpResponse:
    return part(request, site, AliasForm()) if request.htmx else redirect("site_rules", site.domain)


def part(request: HttpRequest, site: Site, alias_form: AliasForm) -> HttpResponse:
    """The names alone, for htmx."""
    return render(request, "sites/aliases.html", {"site": site, "alias_form": alias_form})


def page(request: HttpRequest, site: Site, form: RulesForm, alias_form: AliasForm) -> HttpResponse:
    context = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "alias_form": alias_form,
        "refusals": last_days(site, timezone.now()),
        "days": DAYS,
    }
    return render(request, "sites/rules.html", context)
