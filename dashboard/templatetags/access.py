"""What templates ask about access."""

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from tracking.access import owned_sites
from tracking.models import Site

register = template.Library()


@register.filter
def is_owned_by(site: Site, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether a person may change the site; asked once for all that a page shows of one site."""
    known = site.__dict__.setdefault("_owned_by", {})
    if user.pk not in known:
        known[user.pk] = owned_sites(user).filter(pk=site.pk).exists()
    return known[user.pk]
