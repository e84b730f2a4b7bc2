"""Views of a site get it from here: the one that their address names, for who may see it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dashboard import room
from tracking.access import Right, site_for, teams_with
from tracking.models import Site, Team

View = Callable[..., HttpResponse]


def site_view(right: Right) -> Callable[[View], View]:
    """For views `(request, site)` of an address with `<domain>`, for who has that right there.

    To everybody else the site is as one that nobody has: a page that is not found.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, domain: str, **kwargs: Any) -> HttpResponse:
            site = site_or_404(request, domain, right)
            room.mark(request, site)
            try:
                return view(request, site, **kwargs)
            except Site.DoesNotExist as error:
                raise Http404("The site was deleted meanwhile.") from error

        return login_required(wrapped)

    return decorator


def team_view(right: Right) -> Callable[[View], View]:
    """For views `(request, team)` of an address with `<team>`, its id, for who has that right."""

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, team: int, **kwargs: Any) -> HttpResponse:
            found = get_object_or_404(teams_with(request.user, right), pk=team)
            try:
                return view(request, found, **kwargs)
            except Team.DoesNotExist as error:
                raise Http404("The team was deleted meanwhile.") from error

        return login_required(wrapped)

    return decorator


def site_or_404(request: HttpRequest, domain: str, right: Right) -> Site:
    """The site, if the person who asks has the right; else Http404, as for a domain nobody has."""
    try:
        return site_for(request.user, domain, right)
    except Site.DoesNotExist as error:
        raise Http404("No such site.") from error
