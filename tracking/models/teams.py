"""Teams, the people in them, guests of a site, and invitations."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

from tracking.models.sites import Site

INVITATION_LASTS = timedelta(days=7)


class Role(models.TextChoices):
    """What a person is in a team, or to one site as its guest; the lowest first."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"


GUEST_ROLES = [(role.value, role.label) for role in (Role.VIEWER, Role.EDITOR)]


class Team(models.Model):
    """People who look after sites together. A site belongs to exactly one."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """That a person is in a team, and with it at all of its sites."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_role_a_team")]

    def __str__(self) -> str:
        return f"{self.role} in {self.team_id}"


class Guest(models.Model):
    """That a person who need not be in its team sees one site."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="guests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guest_roles")
    role = models.CharField(max_length=10, choices=GUEST_ROLES, default=Role.VIEWER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["site", "user"], name="one_role_a_guest")]

    def __str__(self) -> str:
        return f"{self.role} of {self.site_id}"


class SitePlace(models.Model):
    """Where a person has put a site in their own list of sites."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="places")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="site_places")
    pinned = models.BooleanField(default=False, help_text="Whether it comes first in their list.")
    position = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "user"], name="one_place_a_site")]

    def __str__(self) -> str:
        return f"{self.site_id} at {self.position}"


class Invitation(models.Model):
    """An offer that its holder may accept once, of which only a hash of the token is stored.

    One with an `email` is for the account of that address alone, one without for whoever has the
    link. `role` is empty where a whole site is offered, which then goes to a team of the holder's.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", "To a team"
        GUEST = "guest", "As a guest of a site"
        SITE = "site", "To take over a site"

    kind = models.CharField(max_length=10, choices=Kind)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    site = models.ForeignKey(
        Site, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    role = models.CharField(max_length=10, choices=Role, blank=True, default="")
    email = models.EmailField("e-mail address", blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="member", team__isnull=False, site__isnull=True)
                | models.Q(kind__in=["guest", "site"], team__isnull=True, site__isnull=False),
                name="invited_to_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.team or self.site}"

    @staticmethod
    def hash(token: str) -> str:
        """SHA-256 is enough here: a token has 256 random bits, which nobody can guess through."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, now: datetime, **fields: Any) -> tuple["Invitation", str]:
        """Make one; the token returned beside the row is stored nowhere."""
        row = cls(**fields)
        token = row.draw(now)
        row.save()
        return row, token

    def draw(self, now: datetime) -> str:
        """Give it another token, which is returned, and its whole time to run; saves nothing."""
        token = secrets.token_urlsafe(32)
        self.token_hash = self.hash(token)
        self.expires_at = now + INVITATION_LASTS
        return token

    @classmethod
    def open(cls, now: datetime) -> "models.QuerySet[Invitation]":
        """Those that may still be accepted."""
        return cls.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
