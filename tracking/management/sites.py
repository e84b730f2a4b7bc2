"""The site that a command is about."""

from django.core.management.base import CommandError

from tracking.models import Site
from tracking.models.sites import normalise_domain


def site_named(domain: str) -> Site:
    try:
        return Site.objects.get(domain=normalise_domain(domain))
    except Site.DoesNotExist:
        raise CommandError(f"There is no site {domain}.") from None
