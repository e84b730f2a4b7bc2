"""What templates ask of who may do what."""

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from tracking.access import owned_sites
from tracking.models import Site

register = template.Library()


@register.filter
def is_owned_by(site: Site, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether a person may change the site, and so sees the links to where that is done."""
    return owned_sites(user).filter(pk=site.pk).exists()
