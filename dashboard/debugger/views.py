"""The ingest debugger: each hit of a site as it comes, and why the others were dropped."""

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard.access import site_view
from dashboard.debugger.refusals import DAYS, last_days
from realtime.debugger import watch
from realtime.presence.online import online
from tracking.access import Right
from tracking.models import Site

TEST_PATH = "/footfall-test-hit"


@site_view(Right.MANAGE)
def debugger(request: HttpRequest, site: Site) -> HttpResponse:
    # Before the line opens: accepting processes hear of it within a second.
    watch.renew(site.pk)
    context = {
        "site": site,
        "online": online(site.pk),
        "socket": f"/ws/sites/{quote(site.domain)}/debugger",
        "endpoint": settings.EVENT_PATH,
        "test_path": TEST_PATH,
        "refusals": last_days(site, timezone.now()),
        "days": DAYS,
    }
    return render(request, "debugger/page.html", context)
