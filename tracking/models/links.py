"""Links by which a site's report is seen without an account."""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils.crypto import salted_hmac

from tracking.models.sites import Site


def new_token() -> str:
    """128 random bits: nobody finds a link by trying."""
    return secrets.token_urlsafe(16)


OPENED = "links"  # in a session: the proofs of passwords that were given, by the links' numbers


class SharedLink(models.Model):
    """A report that whoever has the link may see: all of it, or what the owner chose.

    `panels` are names of the report's panels, none for all. `filters`, in the query language, hold
    for everything seen through the link. `password` is a hash, empty where none is asked for.
    A public one is found by the site's domain, the others by their token alone.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="links")
    name = models.CharField(max_length=120)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    is_public = models.BooleanField(default=False)
    password = models.CharField(max_length=255, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    panels = models.JSONField(default=list, blank=True)
    filters = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=models.Q(is_public=True), name="one_public_link"
            ),
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=models.Q(is_public=False),
                name="one_link_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def find(cls, address: str, now: datetime) -> "SharedLink":
        """The link of a token, or the public one of a domain; raises DoesNotExist for none.

        One that has expired is none.
        """
        named = models.Q(token=address, is_public=False)
        named |= models.Q(is_public=True, site__domain=address)
        return cls.valid(now).select_related("site").get(named)

    @classmethod
    def valid(cls, now: datetime) -> "models.QuerySet[SharedLink]":
        """Those that have not expired."""
        return cls.objects.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))

    @property
    def address(self) -> str:
        """What stands for it in its address."""
        return self.site.domain if self.is_public else self.token

    def set_password(self, password: str) -> None:
        """Ask for a password from now on, or for none where it is empty."""
        self.password = make_password(password) if password else ""

    def is_opened_by(self, password: str) -> bool:
        return check_password(password, self.password)

    def is_opened_in(self, session: Any) -> bool:
        """Whether it asks for no password, or its password was given in this session."""
        return not self.password or session.get(OPENED, {}).get(str(self.pk)) == self.proof

    @property
    def proof(self) -> str:
        """What a browser keeps that was told the password; another password has another one."""
        return salted_hmac("shared-link", f"{self.pk}:{self.password}").hexdigest()


class WallLink(models.Model):
    """A wall that whoever has the link may see: its owner's sites, all or those that were chosen.

    A site that the owner may not see any more is not on it.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wall_links")
    name = models.CharField(max_length=120)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    # Not the same as no chosen sites, which is what is left when these are deleted.
    all_sites = models.BooleanField(default=True)
    sites = models.ManyToManyField(Site, blank=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def valid(cls, now: datetime) -> "models.QuerySet[WallLink]":
        """Those that have not expired."""
        return cls.objects.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))
