"""The live page: a snapshot that the socket keeps current."""

import json
from datetime import datetime
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard.access import site_view
from dashboard.live.bars import bars
from dashboard.report.world import VIEWS
from realtime import feed
from realtime.panels import panels, words_of_change
from realtime.rows import render as render_row
from realtime.window import SECONDS, Now, Window
from realtime.world import countries
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
        "change": words_of_change(now.change),
        "minutes": bars(now.minutes),
        "seconds": bars(seconds(now, moment)),
        "online_exact": f"{now.online:,}",
        "pageviews": f"{now.pageviews:,}",
        "lately": f"{sum(now.seconds.values()):,} in the last minute",
        "by_second": json.dumps(now.seconds),
        "panels": panels(now),
        "countries": countries(now),
        "world": VIEWS["world"],
        "rows": [render_row(row, moment) for row in rows],
        "cursor": cursor,
        # As text: a template would turn the time into that of the server's zone.
        "clock": moment.astimezone(site.zone).strftime("%H:%M"),
        "moment_ms": int(moment.timestamp() * 1000),
        "socket": f"/ws/sites/{quote(site.domain)}/feed",
    }
    return render(request, "live/page.html", context)


def seconds(now: Now, moment: datetime) -> list[int]:
    """Pageviews of each of the last 60 seconds, the running one last."""
    last = int(moment.timestamp())
    return [now.seconds.get(last - ago, 0) for ago in range(SECONDS - 1, -1, -1)]
