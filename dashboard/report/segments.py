"""Filters under a name: saving those of a report, and the list of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import site_view
from dashboard.report.place import Place
from dashboard.report.question import Question, read
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right, sites_with, visible_segments
from tracking.models import Segment, Site
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.filter_syntax import read_filters

MOST = 200


class SegmentForm(forms.Form):
    """The name of the filters, and whether all who see the site may use them."""

    name = forms.CharField(max_length=255)
    shared = forms.BooleanField(required=False)


@site_view(Right.SEE)
@require_POST
def save(request: HttpRequest, site: Site) -> HttpResponse:
    """Keep the filters of a report. Under a name that there is, they take the old ones' place."""
    try:
        question = read(Place(site, request.user), request.POST, today(site))
        filters = spelt_out(question)
    except QueryError as error:
        messages.error(request, str(error))
        return redirect("report", site.domain)
    form = SegmentForm(request.POST)
    problem = _problem(request, site, form, filters)
    if problem:
        messages.error(request, problem)
        return redirect(question.report_url())
    owner = None if form.cleaned_data["shared"] else request.user
    with transaction.atomic():
        kept, made = Segment.objects.update_or_create(
            site=site, owner=owner, name=form.cleaned_data["name"], defaults={"filters": filters}
        )
        did = Did.ADDED if made else Did.CHANGED
        tell(request, site, did, What.SEGMENT, kept, own=owner is not None)
    messages.success(request, f"“{kept}” is {'saved' if made else 'changed'}.")
    return redirect(question.plain().in_segment(kept).report_url())


def spelt_out(question: Question) -> list[Any]:
    """The filters of a report with those of its segments; a segment names no other."""
    inside = [clause for segment in question.segments for clause in segment.filters]
    clauses = inside + [each.clause for each in question.filters]
    read_filters(clauses, Definitions(question.site.pk), in_segment=True)
    return clauses


def _problem(request: HttpRequest, site: Site, form: SegmentForm, filters: list[Any]) -> str:
    """Why nothing is saved; empty where nothing stands against it."""
    if not form.is_valid():
        return "A segment needs a name of at most 255 characters."
    if not filters:
        return "Choose filters first: a segment keeps those of the report."
    if form.cleaned_data["shared"] and not may_share(request, site):
        return "Only owners, admins and editors of the site keep segments for everybody."
    if visible_segments(request.user, site).count() >= MOST:
        return f"A site has at most {MOST} segments. Delete some first."
    return ""


@site_view(Right.SEE)
@require_safe
def segments(request: HttpRequest, site: Site) -> HttpResponse:
    context = {
        "site": site,
        "online": online(site.pk),
        "segments": visible_segments(request.user, site),
        "may_share": may_share(request, site),
    }
    return render(request, "report/segments.html", context)


@site_view(Right.SEE)
@require_POST
def delete(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = visible_segments(request.user, site).filter(pk=number).first()
    if found is None or not (found.owner_id or may_share(request, site)):
        raise Http404("No such segment.")
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.SEGMENT, found, own=found.owner_id is not None)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("segments", site.domain)


def may_share(request: HttpRequest, site: Site) -> bool:
    """Whether the person keeps segments for everybody who sees the site."""
    return sites_with(request.user, Right.EDIT).filter(pk=site.pk).exists()


def today(site: Site) -> Any:
    return timezone.now().astimezone(site.zone).date()
