"""The pages on which an admin sees who changed what of a site, and of a team."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.access import site_view, team_view
from dashboard.audit.log import Log, chosen, people, table
from dashboard.report.download import attachment, lines_of
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import What
from tracking.models import Site, Team


@site_view(Right.MANAGE)
@require_safe
def audit(request: HttpRequest, site: Site) -> HttpResponse:
    """The page, or the log alone for htmx."""
    context = {
        "site": site,
        "online": online(site.pk),
        "address": reverse("audit", args=[site.domain]),
    }
    return page(request, site, context)


@site_view(Right.MANAGE)
@require_safe
def audit_csv(request: HttpRequest, site: Site) -> HttpResponseBase:
    """All rows of what is chosen."""
    return file(request, site, f"{site.domain} audit log.csv")


@team_view(Right.MANAGE)
@require_safe
def team_audit(request: HttpRequest, team: Team) -> HttpResponse:
    """The page, or the log alone for htmx."""
    return page(request, team, {"team": team, "address": reverse("team_audit", args=[team.pk])})


@team_view(Right.MANAGE)
@require_safe
def team_audit_csv(request: HttpRequest, team: Team) -> HttpResponseBase:
    """All rows of what is chosen. The file is named by number: a team's name may hold anything."""
    return file(request, team, f"team {team.pk} audit log.csv")


def page(request: HttpRequest, place: Site | Team, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "log": Log.read(place, request.user, request.GET),
        "whats": sorted(What.choices, key=lambda choice: choice[1].lower()),
        "people": people(place),
    }
    return render(request, "audit/log.html" if request.htmx else "audit/page.html", context)


def file(request: HttpRequest, place: Site | Team, name: str) -> HttpResponseBase:
    log = Log.read(place, request.user, request.GET)
    rows = table(chosen(place, request.user, log.what, log.who))
    header = [str(title) for title in next(rows)]
    return attachment(name, lines_of(header, rows))
