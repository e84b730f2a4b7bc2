"""What is stored of one visitor, for owners: seen, taken out, erased.

The site's own id of the visitor comes in a request's body and goes no further: it is in no address,
no row and no log.
"""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.privacy.choices import page
from dashboard.privacy.forms import EraseVisitorForm, ExportVisitorForm, VisitorForm
from dashboard.room import Did, What, tell
from dashboard.sites.download import download
from dashboard.sites.transfer import CONTENT_TYPES
from tracking.access import Right
from tracking.models import Site
from tracking.privacy import visitor
from tracking.privacy.own_ids import visitors_called
from tracking.transfer.exporting import export as write_export
from tracking.warehouse.sealing.turn import Busy


@site_view(Right.MANAGE)
@require_POST
def find(request: HttpRequest, site: Site) -> HttpResponse:
    form = VisitorForm(request.POST)
    if not form.is_valid():
        return page(request, site, visitor_form=form)
    return found(request, site, form, EraseVisitorForm(initial=form.cleaned_data))


@site_view(Right.MANAGE)
@require_POST
def export(request: HttpRequest, site: Site) -> HttpResponse:
    form = ExportVisitorForm(request.POST)
    if not form.is_valid():
        return page(request, site, visitor_form=VisitorForm(request.POST))
    kind = form.cleaned_data["format"]
    visitors = visitors_called(site, form.cleaned_data["visitor"])
    tell(request, site, Did.DOWNLOADED, What.VISITOR)
    return download(
        request,
        f"{site.domain}-visitor.{kind}".replace(":", "-"),
        CONTENT_TYPES[kind],
        partial(write_export, site, kind=kind, visitors=visitors),
    )


@site_view(Right.MANAGE)
@require_POST
def erase(request: HttpRequest, site: Site) -> HttpResponse:
    form = EraseVisitorForm(request.POST)
    if not form.is_valid():
        return found(request, site, VisitorForm(request.POST), form)
    try:
        gone = visitor.erase(
            site, visitors_called(site, form.cleaned_data["visitor"]), by=request.user
        )
    except Busy:
        form.add_error(None, "Events are being sealed right now. Try again in a minute.")
        return found(request, site, VisitorForm(request.POST), form)
    messages.success(request, f"Erased: {gone.visits} visits, {gone.events} events.")
    return redirect("site_privacy", site.domain)


def found(
    request: HttpRequest, site: Site, form: VisitorForm, erase_form: EraseVisitorForm
) -> HttpResponse:
    """The page with what is stored of somebody, and what can be done about it."""
    if not form.is_valid():
        return page(request, site, visitor_form=form)
    called = form.cleaned_data["visitor"]
    return page(
        request,
        site,
        visitor_form=form,
        called=called,
        stored=visitor.stored(site, visitors_called(site, called)),
        export_form=ExportVisitorForm(initial={"visitor": called}),
        erase_form=erase_form,
    )
