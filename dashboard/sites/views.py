"""Sites: adding one, its snippet, its settings, deleting it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboard.access import site_view
from dashboard.accounts.confirming import confirm_first
from dashboard.room import Did, What, tell
from dashboard.sites.forms import DeleteForm, SiteForm, SiteSettingsForm
from realtime import feed
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site
from tracking.snippet import image_snippet, snippet, visited_address, vitals_snippet


@login_required
def add(request: HttpRequest) -> HttpResponse:
    form = SiteForm(request.POST or None, user=request.user)
    if form.is_valid():
        with transaction.atomic():
            site = form.save()
            tell(request, site, Did.ADDED, What.SITE, site)
        return redirect("site_install", site.domain)
    return render(request, "sites/add.html", {"form": form})


@site_view(Right.SEE)
def install(request: HttpRequest, site: Site) -> HttpResponse:
    """The snippet, and a box that waits for the first visit, which comes over the site's feed."""
    context = {
        "site": site,
        "online": online(site.pk),
        "snippet": snippet(site),
        "vitals": vitals_snippet(site),
        "image": image_snippet(site),
        "visited": visited_address(site, "Signup"),
        "arrived": not feed.is_empty(site.pk),
    }
    return render(request, "sites/install.html", context)


@site_view(Right.MANAGE)
def settings(request: HttpRequest, site: Site) -> HttpResponse:
    form = SiteSettingsForm(request.POST or None, instance=site)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            tell(request, site, Did.CHANGED, What.SETTINGS, details=changed_fields(form))
        messages.success(request, "The settings are saved.")
        return redirect("site_settings", site.domain)
    context = {"site": site, "online": online(site.pk), "form": form}
    return render(request, "sites/settings.html", context)


@site_view(Right.OWN)
def delete(request: HttpRequest, site: Site) -> HttpResponse:
    confirm_first(request)
    form = DeleteForm(request.POST or None, site=site)
    if form.is_valid():
        with transaction.atomic():
            tell(request, site, Did.DELETED, What.SITE, site)
            site.delete()
        messages.success(request, f"{site.domain} and its figures are deleted.")
        return redirect("sites")
    context = {"site": site, "online": online(site.pk), "form": form}
    return render(request, "sites/delete.html", context)
