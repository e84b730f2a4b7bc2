"""Views of a site get it from here: the one that their address names, for who may see it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from dashboard import room
from tracking.access import owned_sites, site_for
from tracking.models import Site
from tracking.models.sites import normalise_domain

View = Callable[..., HttpResponse]


def site_or_404(request: HttpRequest, domain: str) -> Site:
    """The site, if the person who asks may see it; else Http404, as for a domain nobody has."""
    try:
        return site_for(request.user, domain)
    except Site.DoesNotExist as error:
        raise Http404("No such site.") from error


def owned_site_or_404(request: HttpRequest, domain: str) -> Site:
    """The site, if the person who asks may change it; else Http404."""
    try:
        return owned_sites(request.user).get(domain=normalise_domain(domain))
    except Site.DoesNotExist as error:
        raise Http404("No such site.") from error


def site_view(view: View) -> View:
    """For views `(request, site)` of an address with `<domain>`, which its members may see."""
    return with_site(view, site_or_404)


def owner_view(view: View) -> View:
    """As `site_view`, for what only the owners of a site may do."""
    return with_site(view, owned_site_or_404)


def with_site(view: View, find: Callable[[HttpRequest, str], Site]) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, domain: str, **kwargs: Any) -> HttpResponse:
        site = find(request, domain)
        room.mark(request, site)
        return view(request, site, **kwargs)

    return login_required(wrapped)
