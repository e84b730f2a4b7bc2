"""What templates ask about access."""

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from tracking import access
from tracking.access import Right
from tracking.models import Site

register = template.Library()


@register.filter
def rights_of(site: Site, user: AbstractBaseUser | AnonymousUser) -> frozenset[Right]:
    """What a person may do there, as in `{% if "manage" in site|rights_of:user %}`.

    Asked once for all that a page shows of one site.
    """
    known = site.__dict__.setdefault("_rights_of", {})
    if user.pk not in known:
        known[user.pk] = access.rights_of(access.role_of(user, site))
    return known[user.pk]
