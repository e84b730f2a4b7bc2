"""The page on which an owner chooses what is kept of a site's visitors."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboard.access import site_view
from dashboard.privacy.forms import PrivacyForm, VisitorForm
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Site


@site_view(Right.MANAGE)
def choices(request: HttpRequest, site: Site) -> HttpResponse:
    form = PrivacyForm(request.POST or None, instance=site)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            tell(request, site, Did.CHANGED, What.PRIVACY, details=recorded(form))
        messages.success(request, "The choices are saved.")
        return redirect("site_privacy", site.domain)
    return page(request, site, form=form)


def recorded(form: PrivacyForm) -> dict[str, Any]:
    """What changed of the site, and not that it was meant."""
    changes = changed_fields(form)
    changes.pop("is_meant", None)
    return changes


def page(request: HttpRequest, site: Site, **context: Any) -> HttpResponse:
    """The whole page; `context` may bring forms that were refused, and what was found."""
    shown = {
        "site": site,
        "online": online(site.pk),
        "form": PrivacyForm(instance=site),
        "visitor_form": VisitorForm(),
        **context,
    }
    return render(request, "privacy/choices.html", shown)
