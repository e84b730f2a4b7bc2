"""The page that says what is kept of a site's visitors: for all, once its owner publishes it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.privacy import notice
from dashboard.privacy.facts import sections
from tracking.access import visible_sites
from tracking.models import Site
from tracking.models.sites import normalise_domain


@require_safe
def data_page(request: HttpRequest, visited: str) -> HttpResponse:
    domain = normalise_domain(visited)
    mine = visible_sites(request.user).filter(domain=domain).first()
    site = mine or Site.objects.filter(domain=domain, privacy_published=True).first()
    if site is None:
        raise Http404("No such page.")
    told = sections(site)
    context = {
        "domain": site.domain,
        "sections": told,
        "published": site.privacy_published,
        "is_member": mine is not None,
        "markdown": notice.markdown(told),
        "html": notice.html(told),
    }
    return render(request, "privacy/data_page.html", context)
