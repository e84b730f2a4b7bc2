"""Adding a site."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from tracking.models import Membership, Site
from tracking.models.sites import normalise_domain


def create_site(
    domain: str,
    timezone: str = "UTC",
    owner: Any = None,
    exist_ok: bool = False,
) -> Site:
    """A new site of `owner`; without one it belongs to the first admin, once there is one.

    Raises ValidationError for a domain or time zone that is none, and for a site that exists
    already unless that is `exist_ok`.
    """
    domain = normalise_domain(domain)
    if exist_ok and (existing := Site.objects.filter(domain=domain).first()):
        return existing
    site = Site(domain=domain, timezone=timezone)
    site.full_clean()
    with transaction.atomic():
        site.save()
        if owner := owner or first_admin():
            Membership.objects.create(site=site, user=owner, role=Membership.Role.OWNER)
    return site


def first_admin() -> Any:
    users = get_user_model()._default_manager
    return users.filter(is_superuser=True, is_active=True).order_by("pk").first()
