"""The wall: a tile a site, which its socket fills and keeps current."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.report.place import THEMES
from realtime.tickets import Refused
from realtime.wall.sites import MOST, LinkHolder, all_sites_of

ORDERS = {"mine": "My order", "busy": "Busiest first"}
TELEVISION = "dark"


@login_required
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """A person's own; `?tv` is made for a television, `?order=busy` puts the busiest first."""
    return shown(request, "/ws/wall", is_tv="tv" in request.GET)


@require_safe
def shared_wall(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever has the link, always as a television shows it."""
    try:
        all_sites_of(LinkHolder(token))
    except Refused as refusal:
        raise Http404("No such wall.") from refusal
    return shown(request, f"/ws/wall/{token}", is_tv=True, is_shared=True)


def shown(
    request: HttpRequest, socket: str, is_tv: bool = False, is_shared: bool = False
) -> HttpResponse:
    order, theme = request.GET.get("order"), request.GET.get("theme")
    context: dict[str, Any] = {
        "socket": socket,
        "order": order if order in ORDERS else "mine",
        "orders": ORDERS,
        "is_tv": is_tv,
        "is_shared": is_shared,
        "theme": theme if theme in THEMES else TELEVISION if is_tv else "",
        "most": MOST,
        "moment_ms": int(timezone.now().timestamp() * 1000),
    }
    return render(request, "wall/page.html", context)
