"""Who may see what: every page, partial, socket and export asks here."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from tracking.models import Membership, Segment, Site, WallLink
from tracking.models.sites import normalise_domain


def visible_sites(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Site]:
    """The sites that a person may see: those of which they are a member, be they admin or not."""
    if not user.is_authenticated or not user.is_active:
        return Site.objects.none()
    return Site.objects.filter(memberships__user=user.pk)


def site_for(user: AbstractBaseUser | AnonymousUser, domain: str) -> Site:
    """The site of that domain.

    Raises `Site.DoesNotExist` for an outsider exactly as for a domain nobody has, so that an answer
    never tells which sites exist.
    """
    return visible_sites(user).get(domain=normalise_domain(domain))


def ordered_memberships(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Membership]:
    """What a person may see, in the person's order; what has no place comes last, by name."""
    mine = Membership.objects.filter(user=user.pk, site__in=visible_sites(user))
    return mine.select_related("site").order_by(
        "-pinned", F("position").asc(nulls_last=True), Lower("site__domain")
    )


def wall_memberships(link: WallLink) -> QuerySet[Membership]:
    """What a wall shows, in its owner's order, of what the owner may see."""
    mine = ordered_memberships(link.owner)
    return mine if link.all_sites else mine.filter(site__in=link.sites.all())


def owned_sites(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Site]:
    """The sites that a person may change."""
    # Two conditions on `memberships`, one after the other, may be met by two people's.
    owned = Membership.objects.filter(user=user.pk, role=Membership.Role.OWNER)
    return visible_sites(user).filter(pk__in=owned.values("site"))


def visible_segments(user: AbstractBaseUser | AnonymousUser, site: Site) -> QuerySet[Segment]:
    """The segments of a site that a person who sees the site may use: everybody's and their own."""
    mine = Q(owner=user.pk) if user.pk else Q(pk=None)
    return Segment.objects.filter(Q(owner=None) | mine, site=site)
