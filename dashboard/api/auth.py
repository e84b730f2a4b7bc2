"""Whose key a request brings, and what it opens."""

from datetime import UTC

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from dashboard.api.errors import ApiError
from tracking.access import Right, sites_with
from tracking.models import ApiKey, Site
from tracking.models.keys import Scope
from tracking.models.sites import normalise_domain

CHALLENGE = {"WWW-Authenticate": "Bearer"}


def key_of(request: HttpRequest) -> ApiKey:
    """The API key of the request's Authorization header; raises `ApiError` where it has none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ApiError(
            401, "The request has no API key: send it as Authorization: Bearer KEY.", CHALLENGE
        )
    found = ApiKey.find(key.strip(), timezone.now())
    if found is None:
        raise ApiError(401, refusal_of(key.strip()), CHALLENGE)
    return found


def refusal_of(key: str) -> str:
    """Why a key opens nothing; whoever has it learns no more than when it expired."""
    if expired := ApiKey.expiry(key):
        return f"This API key expired on {expired.astimezone(UTC):%-d %B %Y}. Make another."
    return "This API key is not valid, or was revoked."


def check_scope(key: ApiKey, scope: Scope) -> None:
    """Raises `ApiError` where the key may not be used for this, as RFC 6750 has it in 3.1."""
    if scope not in key.scopes:
        challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        raise ApiError(403, f"This API key has not the scope {scope}.", challenge)


def site_of(key: ApiKey, name: str, right: Right) -> Site:
    """The site of that domain or alias, if the key's owner has the right. Raises `ApiError`.

    The answer never tells which sites there are besides.
    """
    sites = key.opened(sites_with(key.user, right))
    domain = normalise_domain(name)
    # PostgreSQL refuses to look for a text with NUL.
    found = [] if "\0" in domain else sites.filter(Q(domain=domain) | Q(aliases__name=domain))
    # A domain goes before an alias.
    for site in sorted(found, key=lambda site: site.domain != domain):
        return site
    raise ApiError(404, f"There is no site {name:.300} that this key opens.")
