"""The live page: a snapshot that the socket keeps current."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from dashboard.access import site_view
from dashboard.live.bars import bars
from dashboard.report.filters import Filter, parse_all
from dashboard.report.world import VIEWS
from realtime import feed, matching
from realtime.panels import panels, words_of_change, words_of_presence
from realtime.presence.attendance import read
from realtime.presence.online import online
from realtime.rows import Rows
from realtime.rows import render as render_row
from realtime.window import SECONDS, Now, Window
from realtime.world import countries
from tracking.models import Site
from tracking.warehouse import QueryError
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.evaluate import Holds, evaluator
from tracking.warehouse.filter_syntax import read_filters

ROWS = 50


@site_view
def live(request: HttpRequest, site: Site) -> HttpResponse:
    try:
        filters = parse_all(request.GET.getlist("f"))
        holds = holding(site, filters)
    except QueryError as error:
        context = {"site": site, "error": str(error), "start": reverse("live", args=[site.domain])}
        return render(request, "live/refused.html", context, status=400)
    # The cursor first: what is stored after it comes over the socket.
    cursor = feed.end()
    moment = timezone.now()
    now = Window(site.pk, holds).read(moment, read(site.pk))
    rows = rows_of(site, holds, cursor).latest(ROWS)
    context = {
        "site": site,
        "online": online(site.pk, moment) if filters else now.online,
        **figures(now, moment),
        "rows": [render_row(row, moment) for row in rows],
        "cursor": cursor,
        # As text: a template would turn the time into that of the server's zone.
        "clock": moment.astimezone(site.zone).strftime("%H:%M"),
        "moment_ms": int(moment.timestamp() * 1000),
        "socket": socket(site, filters),
        "chips": [(each, without(filters, each)) for each in filters],
        "report": f"{reverse('report', args=[site.domain])}?{parameters(filters)}",
    }
    return render(request, "live/page.html", context)


def holding(site: Site, filters: tuple[Filter, ...]) -> Holds | None:
    """Whether the filters hold for an event; raises QueryError where what is live has no answer."""
    if not filters:
        return None
    return evaluator(read_filters([each.clause for each in filters], Definitions(site.pk)))


def rows_of(site: Site, holds: Holds | None, upto: int) -> Rows:
    if holds is None:
        return feed.latest(site.pk, upto, ROWS)
    return matching.begin(site.pk, holds, upto).rows


def figures(now: Now, moment: datetime) -> dict[str, Any]:
    return {
        "online_exact": f"{now.online:,}",
        "here": words_of_presence(now),
        "change": words_of_change(now.change),
        "minutes": bars(now.minutes),
        "pageviews": now.pageviews,
        "pageviews_exact": f"{now.pageviews:,}",
        "seconds": bars(seconds(now, moment)),
        "lately": f"{sum(now.seconds.values()):,} in the last minute",
        "by_second": json.dumps(now.seconds),
        "panels": panels(now),
        "countries": countries(now),
        "world": VIEWS["world"],
    }


def seconds(now: Now, moment: datetime) -> list[int]:
    """Pageviews of each of the last 60 seconds, the running one last."""
    last = int(moment.timestamp())
    return [now.seconds.get(last - ago, 0) for ago in range(SECONDS - 1, -1, -1)]


def socket(site: Site, filters: tuple[Filter, ...]) -> str:
    """The address of the feed, with the filters as the query language has them."""
    address = f"/ws/sites/{quote(site.domain)}/feed"
    clauses = json.dumps([each.clause for each in filters], separators=(",", ":"))
    return f"{address}?{urlencode({'filters': clauses})}" if filters else address


def without(filters: tuple[Filter, ...], unwanted: Filter) -> str:
    """This page less a filter."""
    return f"?{parameters(tuple(each for each in filters if each != unwanted))}"


def parameters(filters: tuple[Filter, ...]) -> str:
    return urlencode([("f", each.parameter) for each in filters])
