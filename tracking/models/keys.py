"""Keys by which other programs use the JSON API."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from tracking.models.sites import Site

# How exactly it is known when a key was used: a write for every call would cost more than it tells.
LAST_USE_STEP = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a key lets its holder do, at the sites of the key's owner."""

    STATS_READ = "stats:read", "Read figures and hear live events"
    SITES_READ = "sites:read", "See sites and goals"
    SITES_WRITE = "sites:write", "Add, change and delete sites and goals"
    NOTES_WRITE = "notes:write", "Add and delete notes on charts"
    HITS_SEND = "hits:send", "Send hits that speak for visitors"


def all_scopes() -> list[str]:
    return list(Scope.values)


class ApiKey(models.Model):
    """A key, of which only a hash is stored; `prefix` lets its owner tell several apart.

    With a `site` it opens that one alone, of all that its owner may open.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, default="API key")
    scopes = models.JSONField(default=all_scopes, help_text="What it may be used for.")
    prefix = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="api_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 is enough here: a key has 256 random bits, which nobody can guess through."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def living(cls, now: datetime) -> "models.QuerySet[ApiKey]":
        """Those that open something: not expired, of people whose accounts are active."""
        return cls.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now), user__is_active=True
        ).select_related("user")

    @classmethod
    def find(cls, key: str, now: datetime) -> "ApiKey | None":
        """The row of a key's text; None for one that opens nothing, or not any more."""
        return cls.living(now).filter(key_hash=cls.hash(key)).first()

    @classmethod
    def expiry(cls, key: str) -> datetime | None:
        """When a key expires or did; None for one that does not, or that nobody has."""
        rows = cls.objects.filter(key_hash=cls.hash(key), user__is_active=True)
        return rows.values_list("expires_at", flat=True).first()

    @classmethod
    def issue(
        cls,
        user: models.Model,
        name: str = "API key",
        scopes: Iterable[str] = Scope.values,
        expires_at: datetime | None = None,
        site: Site | None = None,
    ) -> tuple["ApiKey", str]:
        """Make a key; the text returned beside the row is shown once and stored nowhere."""
        key = f"ff_{secrets.token_urlsafe(32)}"
        row = cls.objects.create(
            user=user,
            name=name,
            scopes=list(scopes),
            expires_at=expires_at,
            site=site,
            prefix=key[:9],
            key_hash=cls.hash(key),
        )
        return row, key

    def opened(self, sites: "models.QuerySet[Site]") -> "models.QuerySet[Site]":
        """Those of its owner's sites that the key opens."""
        return sites.filter(pk=self.site_id) if self.site_id else sites

    def summary(self) -> dict[str, str]:
        """What the audit log says of a new one."""
        expires = f"{self.expires_at:%Y-%m-%d %H:%M} UTC" if self.expires_at else "never"
        return {"scopes": ", ".join(self.scopes), "expires": expires}

    def note_use(self, now: datetime) -> None:
        """Remember that it was used, at most once in LAST_USE_STEP."""
        if self.last_used_at is None or self.last_used_at <= now - LAST_USE_STEP:
            # Not saved as a whole: nothing that other processes hold in memory has changed.
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)
