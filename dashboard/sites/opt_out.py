"""The page to which a site sends visitors who do not want to be counted."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracking.models import Site
from tracking.models.sites import DOMAIN, normalise_domain


@require_safe
def opt_out(request: HttpRequest, visited: str) -> HttpResponse:
    """For any domain, be it one of this server's or not: the page tells nobody which there are.

    But for those that publish what they keep.

    The wish is kept in the visitor's browser by the tracker on the site's own pages, to which the
    links lead; docs/tracker.md describes it.
    """
    if not DOMAIN.match(visited):
        raise Http404("No domain.")
    domain = normalise_domain(visited)
    is_told = Site.objects.filter(domain=domain, privacy_published=True).exists()
    return render(request, "sites/opt_out.html", {"domain": visited, "is_told": is_told})
