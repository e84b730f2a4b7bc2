"""The live page: a snapshot that the socket keeps current, or a moment of the last 24 hours."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dashboard.access import site_view
from dashboard.live import shown
from dashboard.live.shown import Asked
from realtime import feed, frames, matching, past
from realtime.presence.attendance import read
from realtime.presence.online import online
from realtime.rows import Rows
from realtime.rows import render as render_row
from realtime.window import Window
from tracking.access import Right
from tracking.models import Site
from tracking.warehouse import QueryError

ROWS = 50

View = Callable[[HttpRequest, Asked, datetime], HttpResponse]


def live_view(view: View) -> Callable[..., HttpResponse]:
    """For views `(request, asked, now)`; what cannot be shown is said in its place."""

    @wraps(view)
    def answered(request: HttpRequest, site: Site) -> HttpResponse:
        now = timezone.now()
        try:
            return view(request, shown.read(site, request.GET, now), now)
        except QueryError as error:
            start = reverse("live", args=[site.domain])
            context = {"site": site, "error": str(error), "start": start}
            return render(request, "live/refused.html", context, status=400)

    return site_view(Right.SEE)(answered)


@live_view
def live(request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
    site = asked.site
    # The cursor first: what is stored after it comes over the socket.
    cursor = feed.end()
    rows = rows_of(asked, cursor).latest(ROWS)
    then = past.at(site, asked.holds, asked.moment, ROWS) if asked.moment else None
    figures = then.now if then else Window(site.pk, asked.holds).read(now, read(site.pk))
    moment = asked.moment or now
    context = {
        "site": site,
        "asked": asked,
        "online": figures.online if not then and not asked.filters else online(site.pk, now),
        **shown.figures(figures, moment),
        "rows": [render_row(row, now) for row in rows],
        "is_past": bool(then),
        "past_rows": [render_row(row, moment) for row in then.rows] if then else [],
        "cursor": cursor,
        # As text: a template would turn the time into that of the server's zone.
        "clock": shown.clock(moment, site) if then else f"{now.astimezone(site.zone):%H:%M}",
        "now_ms": shown.milliseconds(now),
        "moment_ms": shown.milliseconds(moment) if then else "",
        "live": asked.url("live"),
        "at": asked.url("live_at"),
        "report": asked.url("report"),
    }
    return render(request, "live/page.html", context)


@live_view
def at(request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
    """A moment as the page's script takes it; anybody else is led to the page."""
    if asked.moment is None:
        return redirect(asked.url("live"))
    if request.headers.get("Accept") != "application/json":
        return redirect(asked.url("live", moment=str(shown.milliseconds(asked.moment))))
    then = past.at(asked.site, asked.holds, asked.moment, ROWS)
    return JsonResponse(
        {
            "now": json.loads(frames.now(then.now, then.now.online)),
            "html": "".join(render_row(row, asked.moment) for row in then.rows),
            "clock": shown.clock(asked.moment, asked.site),
        }
    )


def rows_of(asked: Asked, upto: int) -> Rows:
    if asked.holds is None:
        return feed.latest(asked.site.pk, upto, ROWS)
    return matching.begin(asked.site.pk, asked.holds, upto).rows
