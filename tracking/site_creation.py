"""Adding a site, and the team that it goes to."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from tracking.access import Right, teams_with
from tracking.models import Member, Role, Site, Team
from tracking.models.sites import normalise_domain

FIRST_TEAM = "First team"


def create_site(
    domain: str,
    timezone: str = "UTC",
    owner: Any = None,
    exist_ok: bool = False,
) -> Site:
    """A new site in the team of `owner`; without one, of the first admin, once there is one.

    Raises ValidationError for a domain or time zone that is none, and for a site that exists
    already unless that is `exist_ok`.
    """
    domain = normalise_domain(domain)
    if exist_ok and (existing := Site.objects.filter(domain=domain).first()):
        return existing
    site = Site(domain=domain, timezone=timezone)
    site.full_clean(exclude=["team"])
    with transaction.atomic():
        site.team = team_of(owner or first_admin())
        site.save()
    return site


def team_of(user: Any) -> Team:
    """The first team that the person owns, made if there is none.

    What they manage for others gets no site by itself, because its owners would own that too.

    Without a person it is one that nobody is in yet, which the server's first owner will join.
    """
    if user is None:
        return teams_of_nobody().first() or Team.objects.create(name=FIRST_TEAM)
    return teams_with(user, Right.OWN).first() or make_team(user)


def make_team(user: Any, name: str = "") -> Team:
    """A new team of a person, named after the first part of their e-mail address."""
    with transaction.atomic():
        team = Team.objects.create(name=name or named_after(user))
        Member.objects.create(team=team, user=user, role=Role.OWNER)
    return team


def named_after(user: Any) -> str:
    """The first part of an e-mail address may be longer than the name of a team."""
    longest = Team._meta.get_field("name").max_length
    return user.email.partition("@")[0][:longest]


def teams_of_nobody() -> Any:
    return Team.objects.filter(members=None)


def first_admin() -> Any:
    users = get_user_model()._default_manager
    return users.filter(is_superuser=True, is_active=True).order_by("pk").first()
