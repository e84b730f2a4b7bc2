"""The live page: a snapshot that the socket keeps current."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard.access import site_view
from dashboard.live.bars import bars
from realtime import feed
from realtime.rows import render as render_row
from realtime.window import Window
from tracking.models import Site

ROWS = 50


@site_view
def live(request: HttpRequest, site: Site) -> HttpResponse:
    # The cursor first: what is stored after it comes over the socket.
    cursor = feed.end()
    moment = timezone.now()
    now = Window(site.pk).read(moment)
    rows = feed.latest(site.pk, cursor, ROWS).latest(ROWS)
    context = {
        "site": site,
        "online": now.online,
        "now": now,
        "bars": bars(now.minutes),
        "rows": [render_row(row, moment) for row in rows],
        "cursor": cursor,
        # As text: a template would turn the time into that of the server's zone.
        "clock": moment.astimezone(site.zone).strftime("%H:%M"),
        "moment_ms": int(moment.timestamp() * 1000),
        "socket": f"/ws/sites/{quote(site.domain)}/feed",
    }
    return render(request, "live/page.html", context)
