"""Who may do what: every page, partial, socket, mail and export asks here."""

from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower

from tracking.models import Guest, Member, Role, Segment, Site, Team, WallLink
from tracking.models.sites import normalise_domain

Person = AbstractBaseUser | AnonymousUser


class Right(StrEnum):
    """What a person may do with a site, or with a team."""

    SEE = "see"  # reports, live, the wall, CSV of widgets; their own segments and pins
    EDIT = "edit"  # notes, goals, segments for everybody
    MANAGE = "manage"  # settings, rules, imports and exports, sharing, webhooks, people
    OWN = "own"  # deleting the site or handing it on; the team itself and who owns it


# The lowest role that has each right; those above have it too.
LOWEST = {
    Right.SEE: Role.VIEWER,
    Right.EDIT: Role.EDITOR,
    Right.MANAGE: Role.ADMIN,
    Right.OWN: Role.OWNER,
}
RANKS = {role: rank for rank, role in enumerate(Role)}


def roles_with(right: Right) -> list[Role]:
    return [role for role in Role if RANKS[role] >= RANKS[LOWEST[right]]]


def rights_of(role: Role | None) -> frozenset[Right]:
    """What a role lets a person do; nothing without one."""
    return frozenset(right for right in Right if role in roles_with(right))


def sites_with(user: Person, right: Right) -> QuerySet[Site]:
    """The sites with which a person has a right: by their teams, and as a guest.

    Who administers the server has no right by that.
    """
    if not user.is_authenticated or not user.is_active:
        return Site.objects.none()
    roles = roles_with(right)
    teams = Member.objects.filter(user=user.pk, role__in=roles).values("team")
    visited = Guest.objects.filter(user=user.pk, role__in=roles).values("site")
    return Site.objects.filter(Q(team__in=teams) | Q(pk__in=visited))


def visible_sites(user: Person) -> QuerySet[Site]:
    """The sites that a person may see."""
    return sites_with(user, Right.SEE)


def site_for(user: Person, domain: str, right: Right = Right.SEE) -> Site:
    """The site of that domain.

    Raises `Site.DoesNotExist` for an outsider exactly as for a domain nobody has, so that an answer
    never tells which sites exist.
    """
    return sites_with(user, right).get(domain=normalise_domain(domain))


def role_of(user: Person, site: Site) -> Role | None:
    """The highest role that a person has at a site."""
    if not user.is_authenticated or not user.is_active:
        return None
    return roles_at(site.pk, user).get(user.pk)


def roles_at(site_id: int, user: Person | None = None) -> dict[int, Role]:
    """The highest role of each person at a site by their id, or that of one person."""
    whose = {"user": user.pk} if user else {}
    members = Member.objects.filter(team__sites=site_id, **whose).order_by()
    guests = Guest.objects.filter(site=site_id, **whose).order_by()
    columns = ("user_id", "role")
    # As a guest and in the team nobody is less than they are by either.
    found = members.values_list(*columns).union(guests.values_list(*columns))
    roles: dict[int, Role] = {}
    for pk, name in found:
        roles[pk] = max(roles.get(pk, Role.VIEWER), Role(name), key=RANKS.__getitem__)
    return roles


def people_with(site_id: int, right: Right) -> QuerySet[Any]:
    """The accounts, not closed ones, that have a right with a site."""
    roles = roles_with(right)
    members = Member.objects.filter(team__sites=site_id, role__in=roles).values("user")
    guests = Guest.objects.filter(site=site_id, role__in=roles).values("user")
    people = get_user_model()._default_manager.filter(is_active=True)
    return people.filter(Q(pk__in=members) | Q(pk__in=guests))


def teams_with(user: Person, right: Right) -> QuerySet[Team]:
    """The teams with whose sites, and with which, a person has a right."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    mine = Member.objects.filter(user=user.pk, role__in=roles_with(right))
    return Team.objects.filter(pk__in=mine.values("team"))


def ordered_sites(user: Person) -> QuerySet[Site]:
    """What a person may see, each with `pinned` and `position`, in the person's order.

    What has no place comes last, by name.
    """
    mine = FilteredRelation("places", condition=Q(places__user=user.pk))
    placed = visible_sites(user).annotate(
        place=mine,
        pinned=Coalesce(F("place__pinned"), Value(False)),
        position=F("place__position"),
    )
    return placed.order_by("-pinned", F("position").asc(nulls_last=True), Lower("domain"))


def wall_sites(link: WallLink) -> QuerySet[Site]:
    """What a wall shows, in its owner's order, of what the owner may see."""
    mine = ordered_sites(link.owner)
    return mine if link.all_sites else mine.filter(pk__in=link.sites.all())


def visible_segments(user: Person, site: Site) -> QuerySet[Segment]:
    """The segments of a site that a person who sees the site may use: everybody's and their own."""
    mine = Q(owner=user.pk) if user.pk else Q(pk=None)
    return Segment.objects.filter(Q(owner=None) | mine, site=site)
