"""The page on which an owner sees who changed what of a site."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.access import site_view
from dashboard.audit.log import Log, chosen, people, table
from dashboard.report.download import attachment, lines_of
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import What
from tracking.models import Site


@site_view(Right.MANAGE)
@require_safe
def audit(request: HttpRequest, site: Site) -> HttpResponse:
    """The page, or the log alone for htmx."""
    context = {
        "site": site,
        "online": online(site.pk),
        "log": Log.read(site, request.user, request.GET),
        "whats": sorted(What.choices, key=lambda choice: choice[1].lower()),
        "people": people(site),
    }
    return render(request, "audit/log.html" if request.htmx else "audit/page.html", context)


@site_view(Right.MANAGE)
@require_safe
def audit_csv(request: HttpRequest, site: Site) -> HttpResponseBase:
    """All rows of what is chosen."""
    log = Log.read(site, request.user, request.GET)
    rows = table(chosen(site, request.user, log.what, log.who))
    header = [str(title) for title in next(rows)]
    return attachment(f"{site.domain} audit log.csv", lines_of(header, rows))
