"""The list of a person's sites: searched, pinned, put in order, with the figures of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import site_view
from dashboard.report.chart import spark
from dashboard.report.formats import Change, change
from realtime.presence.online import online
from tracking.access import Right, ordered_sites
from tracking.models import Site, SitePlace
from tracking.warehouse import Query, run

DAYS = 7
LONGEST = 253


@dataclass(frozen=True)
class Card:
    """A site's visitors of the last days: how many, how that changed, and their course."""

    visitors: float
    change: Change | None
    spark: str
    online: int


@login_required
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:LONGEST]
    found = ordered_sites(request.user)
    context = {
        "sites": found.filter(domain__icontains=search) if search else found,
        "search": search,
        "has_several": found.count() > 1,
    }
    part = bool(request.htmx) and request.htmx.target == "sites"
    return render(request, "sites/cards.html" if part else "sites/list.html", context)


@site_view(Right.SEE)
@require_safe
def card(request: HttpRequest, site: Site) -> HttpResponse:
    """The figures of a site in the list; they are fetched when the person comes to them."""
    return render(request, "sites/card.html", {"site": site, "card": figures(site, timezone.now())})


def figures(site: Site, now: datetime) -> Card:
    asked: dict[str, Any] = {"site": site, "metrics": ["visitors"], "date_range": f"{DAYS}d"}
    whole = run(Query.build(**asked, comparison="previous_period", now=now)).rows[0]
    by_day = run(Query.build(**asked, dimensions=["time:day"], now=now)).rows
    (visitors,), before = whole.metrics, whole.comparison
    return Card(
        visitors=visitors or 0,
        change=change(visitors, before and before[0], "count"),
        spark=spark([row.metrics[0] for row in by_day]),
        online=online(site.pk, now),
    )


@site_view(Right.SEE)
@require_POST
def pin(request: HttpRequest, site: Site) -> HttpResponse:
    """Put a site among the first of the list, or back."""
    SitePlace.objects.update_or_create(
        site=site,
        user_id=request.user.pk,
        defaults={"pinned": request.POST.get("pinned") == "yes"},
    )
    return redirect("sites")


@login_required
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Put the sites of the list in the order of the `domain` fields; all others after them."""
    domains = request.POST.getlist("domain")
    mine = {site.domain: site for site in ordered_sites(request.user)}
    if not domains or not set(domains) <= set(mine):
        return HttpResponseBadRequest("These are not your sites.")
    others = [domain for domain in mine if domain not in domains]
    SitePlace.objects.bulk_create(
        [
            SitePlace(site=mine[domain], user_id=request.user.pk, position=position)
            for position, domain in enumerate([*dict.fromkeys(domains), *others], start=1)
        ],
        update_conflicts=True,
        unique_fields=["site", "user"],
        update_fields=["position"],
    )
    return HttpResponse(status=204)
